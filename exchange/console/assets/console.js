// What the pages do beyond links and forms. Without it everything still works.
(function () {
  "use strict";
  document.querySelectorAll("[data-print]").forEach(function (b) {
    b.hidden = false;
    b.addEventListener("click", function () { window.print(); });
  });

  // A list that is printed says when; a page may have been open for long.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("[data-now]").forEach(function (s) {
      var now = new Date(), zone = "Asia/Ho_Chi_Minh";
      s.hidden = false;
      s.querySelector("time").textContent = now.toLocaleDateString("en-GB", { timeZone: zone }) + " " +
        now.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
    });
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

  // What the other side will read: the reason that is chosen, and the text.
  document.querySelectorAll("output[data-preview]").forEach(function (out) {
    var text = document.getElementById(out.htmlFor.value);
    function preview() {
      var chosen = text.form.querySelector("input[data-said]:checked");
      out.textContent = (chosen ? chosen.dataset.said : "") + text.value.trim().replace(/\s+/g, " ");
      out.parentElement.hidden = !chosen;
    }
    text.form.addEventListener("input", preview);
    preview();
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

  // How many documents of a list are chosen stands in the button that acts on them.
  document.addEventListener("change", function (e) {
    var form = e.target.closest("form[data-choose]");
    if (!form) return;
    var n = form.querySelectorAll("input[type=checkbox]:checked").length;
    form.querySelector("output").textContent = n ? "(" + n + ")" : "";
  });

  // A row is opened by a click anywhere in it; the link in it stays what it is.
  document.addEventListener("click", function (e) {
    var row = e.target.closest("table.list tbody tr");
    if (!row || e.target.closest("a, button, input, label") || String(window.getSelection())) return;
    var link = row.querySelector("a");
    if (link) link.click();
  });

  // A page that is kept up to date says whether it is. Where no stream comes through, it asks by itself.
  var live = document.getElementById("live"), poll = document.getElementById("poll");
  var state = document.getElementById("live-state"), heard = Date.now(), over = false;
  var silence = 40000, pause = 20000;
  function say(text) {
    if (state.textContent !== text) state.textContent = text;
  }
  function end() {
    over = true;
    say(state.dataset.ended);
  }
  if (live) {
    live.addEventListener("beat", function () {
      heard = Date.now();
      say(state.dataset.well);
    });
    live.addEventListener("ended", end);
    poll.addEventListener("htmx:after:request", function (e) {
      var status = e.detail.ctx.response ? e.detail.ctx.response.status : 0;
      if (status === 401) end();
      else if (status === 200) say(state.dataset.lost.replace("{at}", new Date().toLocaleTimeString("vi", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" })));
    });
    setInterval(function () {
      if (!over && !document.hidden && Date.now() - heard > silence) htmx.trigger(poll, "poll");
    }, pause);
  }

  // New documents are told by the title, and by a sound.
  var news = document.getElementById("news"), title = document.title, told = 0;
  function ring() {
    if (!live || !live.dataset.sound || !window.AudioContext) return;
    var audio = new AudioContext(), tone = audio.createOscillator();
    tone.frequency.value = 880;
    tone.connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.15);
    tone.onended = function () { audio.close(); };
  }
  if (news) {
    new MutationObserver(function () {
      var band = news.querySelector("[data-news]");
      var n = band ? Number(band.dataset.news) : 0;
      document.title = n ? "(" + n + ") " + title : title;
      if (n > told) ring();
      told = n;
    }).observe(news, { childList: true, subtree: true });
  }
})();
