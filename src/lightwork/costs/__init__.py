"""What every strategy takes to start and to hand items over, measured in one study. `lightwork costs`."""
