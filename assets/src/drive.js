// Improves pages that already work without it: moves focus to an error summary, keeps drafts while someone types, counts
// down to the moment a panel should move on.
// Nothing typed is ever put in the browser's own storage, in an address or in the console.

const AFTER_TYPING_MS = 2000;
const AT_LATEST_MS = 5000;
const AFTER_FAILURE_MS = 15000;

/** Puts keyboard and screen reader at the problems, and shows a question with its words when its problem is chosen. */
function leadToErrors(summary) {
  summary.tabIndex = -1;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    const input = link && document.getElementById(link.hash.slice(1));
    if (!input) return;
    const words = input.closest("fieldset")?.querySelector("legend") ?? document.querySelector(`label[for="${CSS.escape(input.id)}"]`);
    event.preventDefault();
    (words ?? input).scrollIntoView();
    input.focus({ preventScroll: true });
  });
}

/** The fields a draft may hold: everything typed or chosen, but no files and no passwords. */
function draftOf(form) {
  const fields = new FormData(form);
  for (const input of form.querySelectorAll('input[type="file"], input[type="password"]')) {
    fields.delete(input.name);
  }
  return fields;
}

/**
 * Sends the whole form to its data-draft-url at most five seconds after a change, one request at a time.
 * The server answers 200 with {"kept": "14:10:22"}; anything else is said in words beside the save button.
 */
function keepDrafts(form) {
  const line = form.querySelector("[data-draft-line]");
  let timer = 0;
  let firstChange = 0;
  let sending = false;
  let leaving = false;

  for (const button of form.querySelectorAll("[data-draft-button]")) button.hidden = true;

  const say = (words, failed) => {
    if (!line) return;
    line.textContent = words;
    line.classList.toggle("drive-draft--failed", failed);
  };

  const plan = () => {
    if (leaving) return;
    const now = Date.now();
    firstChange ||= now;
    window.clearTimeout(timer);
    const wait = Math.max(0, Math.min(AFTER_TYPING_MS, firstChange + AT_LATEST_MS - now));
    timer = window.setTimeout(() => keep(false), wait);
  };

  const keep = async (atOnce) => {
    if (leaving || !firstChange || (sending && !atOnce)) return;
    window.clearTimeout(timer);
    firstChange = 0;
    sending = true;
    let failed = false;
    try {
      const answer = await fetch(form.dataset.draftUrl, {
        method: "POST",
        body: draftOf(form),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        redirect: "error",
        keepalive: atOnce,
      });
      if (!answer.ok) throw new Error("not kept");
      const { kept } = await answer.json();
      say(`Draft kept ${kept}`, false);
    } catch {
      failed = true;
      if (!leaving) say("Draft not kept. What you typed is still on this page. Trying again.", true);
    } finally {
      sending = false;
      if (firstChange) {
        plan();
      } else if (failed && !leaving) {
        firstChange = Date.now();
        timer = window.setTimeout(() => keep(false), AFTER_FAILURE_MS);
      }
    }
  };

  form.addEventListener("input", plan);
  form.addEventListener("change", plan);
  form.addEventListener("submit", () => {
    leaving = true;
    window.clearTimeout(timer);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep(true);
  });
  // Coming back by the browser's own button shows the page as it was left: keep drafts again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });
}

/** Minutes and seconds left, down to 0:00, where it stays: nothing turns red and nothing moves on by itself. */
function countDown(place) {
  const until = Date.parse(place.dataset.countdown);
  if (Number.isNaN(until)) return;
  const show = () => {
    const left = Math.max(0, Math.round((until - Date.now()) / 1000));
    place.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left > 0) window.setTimeout(show, 1000);
  };
  show();
}

const summary = document.querySelector("[data-error-summary]");
if (summary) leadToErrors(summary);
for (const form of document.querySelectorAll("form[data-draft-url]")) keepDrafts(form);
for (const place of document.querySelectorAll("[data-countdown]")) countDown(place);
