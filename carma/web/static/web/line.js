// One stream for all windows of a browser: a page that has one tells the others what it hears.
//
// Messages on the channel: {from, isPage, kind: "beat|event|resync", mode, facts} by who has a stream,
// {ask: pos} by who joins, and {to, kind: "caught", events, facts} in answer: what was missed since, or
// events = null when that goes back too far. Who follows keeps to one page, and waits for its answer
// before it believes to have everything.

const SILENT = 7000; // ms without a beat after which a stream counts as gone; the server beats every five
const FIRST = 2500; // ms a window waits for somebody to answer at all
const KEPT = 500; // events that can be told again

const me = crypto.getRandomValues(new Uint32Array(2)).join("-");
const channel = window.BroadcastChannel ? new BroadcastChannel("carma-line") : null;

/** For a page with a stream of its own; `cede` is called in a window when a page can be followed instead. */
export function host({ isPage, at, cede }) {
  let since = null; // from here on `kept` lacks nothing
  let kept = [];
  let last = null;
  let hasStream = false;

  channel?.addEventListener("message", ({ data }) => {
    if (!hasStream) {
      return;
    }
    if (data.ask !== undefined && last) {
      const reaches = since !== null && data.ask >= since;
      const events = reaches ? kept.filter((event) => event.pos > data.ask) : null;
      channel.postMessage({ from: me, to: data.from, isPage, kind: "caught", events, facts: { pos: at() } });
      channel.postMessage({ from: me, isPage, ...last });
    } else if (cede && data.isPage && data.kind === "beat") {
      hasStream = false;
      cede();
    }
  });

  return {
    tell(kind, mode, facts) {
      if (!hasStream) {
        hasStream = true;
        since = at();
        kept = [];
      }
      if (kind === "event") {
        kept.push(facts);
        if (kept.length > KEPT) {
          since = kept.shift().pos;
        }
      } else if (kind === "resync") {
        kept = [];
        since = facts.pos;
      } else {
        last = { kind, mode, facts };
      }
      channel?.postMessage({ from: me, isPage, kind, mode, facts });
    },
  };
}

/** Follow another page's stream; `alone` is called, once, when there is none. */
export function follow(relay, alone, at) {
  let leader = null;
  let joined = false;
  let waiting = [];
  let timer = 0;

  const ask = () => channel.postMessage({ from: me, ask: at() });

  function patience(ms) {
    clearTimeout(timer);
    timer = setTimeout(end, ms);
  }

  /* Of several windows left alone one opens a stream; the others hear of it. */
  function end() {
    leader = null;
    joined = false;
    if (!navigator.locks) {
      stop();
      return;
    }
    navigator.locks.request("carma-line", { ifAvailable: true }, (lock) => {
      if (!lock) {
        ask();
        patience(FIRST);
        return undefined;
      }
      stop();
      return new Promise((done) => setTimeout(done, SILENT)); // by then the others follow
    });
  }

  function stop() {
    clearTimeout(timer);
    channel.removeEventListener("message", listen);
    alone();
  }

  function catchUp({ events, facts }) {
    joined = true;
    if (events === null) {
      relay({ kind: "resync", facts });
    } else {
      [...events, ...waiting].sort((one, other) => one.pos - other.pos).forEach((event) => relay({ kind: "event", facts: event }));
    }
    waiting = [];
  }

  function listen({ data }) {
    if (data.ask !== undefined || (data.to && data.to !== me)) {
      return;
    }
    if (leader === null) {
      leader = data.from;
      waiting = [];
      if (data.kind !== "caught") {
        ask();
      }
    }
    if (data.from !== leader) {
      return;
    }
    if (data.kind === "caught") {
      catchUp(data);
    } else if (data.kind === "event" && !joined) {
      waiting.push(data.facts);
    } else if (joined) {
      relay(data);
    }
    if (data.kind === "beat") {
      patience(SILENT);
    }
  }

  channel.addEventListener("message", listen);
  ask();
  patience(FIRST);
  return { ask };
}
