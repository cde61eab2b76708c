// The bank sends the shopper back at once.
document.getElementById("return").submit();
