// agent/status/script.cpp: what the page does by itself where scripts run: it keeps itself fresh, and changes nothing
// else. A word from /events says that something is new; then the page is asked for again, and its parts are exchanged.
#include "agent/status/page.hpp"

namespace tributary::status {

std::string_view script() {
  return R"js('use strict';
(() => {
  const live = document.getElementById('live');
  const parts = '#hero, #alarms, #glance, #stuck, #moving, #runs, #delivered, #destinations, #papers, #storage, #list';
  const rest = 1500, slow = 10000;
  let source = null, timer = null, asking = false, last = 0;

  const show = on => {
    live.hidden = false;
    live.className = on ? '' : 'off';
    const text = on ? live.dataset.on : live.dataset.off;
    if (live.textContent !== text) live.textContent = text;
  };
  // Where the reader is stays where it is: the same link or button of the new part takes the focus.
  const mark = e => e && [e.tagName, e.getAttribute('href'), e.value, e.form && new FormData(e.form).get('parcel'),
    e.form && new FormData(e.form).get('destination')].join(' ');
  const exchange = (old, fresh) => {
    if (old.outerHTML === fresh.outerHTML) return;
    const at = old.contains(document.activeElement) ? mark(document.activeElement) : null;
    if (old.id === 'hero') {
      // The sentence is announced only when it is another one.
      const [was, is] = [old.querySelector('h1'), fresh.querySelector('h1')];
      if (was.textContent !== is.textContent) was.textContent = is.textContent;
      old.className = fresh.className;
      old.querySelector('p').replaceWith(fresh.querySelector('p'));
      return;
    }
    old.replaceWith(fresh);
    if (at) [...fresh.querySelectorAll('a, button')].find(e => mark(e) === at)?.focus({preventScroll: true});
  };
  const take = text => {
    const fresh = new DOMParser().parseFromString(text, 'text/html');
    document.title = fresh.title;
    for (const old of document.querySelectorAll(parts)) {
      const one = fresh.getElementById(old.id);
      if (one) exchange(old, document.adoptNode(one));
    }
  };
  const refresh = () => {
    if (asking) return;
    asking = true;
    fetch(location.href, {cache: 'no-store'})
      .then(answer => answer.ok ? answer.text() : Promise.reject(answer.status))
      .then(text => { take(text); show(true); })
      .then(null, () => show(false))
      .finally(() => { asking = false; last = Date.now(); });
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, Math.max(0, last + rest - Date.now()));
  };
  const listen = () => {
    if (source || document.hidden) return;
    source = new EventSource('/events');
    source.onmessage = soon;
    source.onopen = () => show(true);
    source.onerror = () => {
      show(false);
      // Refused (too many are listening): ask now and then instead.
      if (source.readyState !== EventSource.CLOSED) return;
      stop();
      timer = setTimeout(() => { refresh(); listen(); }, slow);
    };
  };
  const stop = () => {
    if (source) source.close();
    source = null;
    clearTimeout(timer);
  };
  document.addEventListener('visibilitychange', () => document.hidden ? stop() : listen());
  addEventListener('pagehide', stop);
  addEventListener('pageshow', listen);
})();
)js";
}

}  // namespace tributary::status
