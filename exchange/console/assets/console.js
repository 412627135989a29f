// What the pages do beyond links and forms. Without it everything still works.
(function () {
  "use strict";
  document.querySelectorAll("[data-print]").forEach(function (b) {
    b.hidden = false;
    b.addEventListener("click", function () { window.print(); });
  });

  document.querySelectorAll("[data-copy]").forEach(function (b) {
    if (!navigator.clipboard) return; // not without TLS
    b.hidden = false;
    b.addEventListener("click", function () {
      navigator.clipboard.writeText(document.getElementById(b.dataset.copy).textContent).then(function () {
        b.querySelector("span").textContent = b.dataset.done;
      });
    });
  });

  // The counter below a text that has a length to keep.
  document.querySelectorAll("output[data-count]").forEach(function (out) {
    var text = document.getElementById(out.htmlFor.value);
    function count() {
      out.textContent = Array.from(text.value.normalize("NFC").trim().replace(/\s+/g, " ")).length + "/" + text.maxLength;
    }
    text.addEventListener("input", count);
    count();
  });

  // "/" goes to the search field, as in the software clerks know; never while something is being typed.
  document.addEventListener("keydown", function (e) {
    var find = document.getElementById("find");
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
    if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey && find) {
      e.preventDefault();
      find.focus();
    }
  });

  // A row is opened by a click anywhere in it; the link in it stays what it is.
  document.addEventListener("click", function (e) {
    var row = e.target.closest("table.list tbody tr");
    if (!row || e.target.closest("a, button") || String(window.getSelection())) return;
    var link = row.querySelector("a");
    if (link) link.click();
  });
})();
