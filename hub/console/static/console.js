// Small things on every page: local times, copy buttons, questions before what cannot be undone, CSRF for htmx.
(() => {
  const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

  const localiseTimes = (root) => root.querySelectorAll("time[datetime]:not([title])").forEach((element) => {
    element.title = element.textContent.trim();
    element.textContent = dateTime.format(new Date(element.dateTime));
  });

  const copy = async (button) => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = "Copied";
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector(".menu[open]");
    if (event.key === "Escape" && menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("htmx:load", (event) => localiseTimes(event.detail.elt));
  document.addEventListener("htmx:sseClose", (event) => {
    if (event.detail.type === "message") window.location.reload(); // the stream said `finished`
  });
  localiseTimes(document);
})();
