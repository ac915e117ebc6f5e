// Copies the code beside a button, where the page lies on a disk too: there the clipboard API asks for permission.
document.querySelectorAll("button.copy").forEach(function (button) {
  var code = button.parentNode.querySelector("code");
  button.hidden = false;
  button.addEventListener("click", function () {
    getSelection().selectAllChildren(code);
    if (document.execCommand("copy")) button.textContent = "Copied";
  });
});
