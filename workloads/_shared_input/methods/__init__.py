"""The methods, a file each; what such a file declares is in `SharingMethod`."""
