//! The widget's start on the pages that there are: with scripts that meddle, in browsers that lack
//! something, with policies that forbid something.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::browser::eventually;
use crate::platform::CARD_AT_ONCE;
use crate::site::play_on_site;
use crate::world::{World, play, target, wish};

/// What a tracing script does: it puts headers on every request of the page, and leaves those that
/// are there.
const TRACING: &str = "
    const asked = window.fetch;
    window.fetch = (input, init = {}) => {
      const headers = new Headers(init.headers || (input instanceof Request ? input.headers : {}));
      headers.set('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
      headers.set('tracestate', 'es=s:1');
      headers.set('baggage', 'sentry-environment=production');
      headers.set('sentry-trace', '4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1');
      headers.set('x-datadog-trace-id', '1234');
      headers.set('newrelic', 'e30=');
      return asked.call(window, input, { ...init, headers });
    };
    const open = XMLHttpRequest.prototype.open;
    XMLHttpRequest.prototype.open = function (...where) {
      open.apply(this, where);
      const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      this.setRequestHeader('traceparent', parent);
    };";

/// Pays by card on a page whose scripts add this header to every request.
async fn pay_traced(w: &World, script: &str, header: &str) -> Result<()> {
    w.browser.before_pages(script).await?;
    let order = w.usual_checkout().await?;
    w.leave_with("card", "card").await?;
    w.type_card(CARD_AT_ONCE).await?;
    w.assert_paid(&order, &[("card", 4200)]).await?;
    let requests = w.browser.requests().await?;
    for end in [".wasm", "/checkout/v1/session", "/checkout/v1/payments"] {
        let path = |url: &str| url.split('?').next().unwrap_or_default().ends_with(end);
        let mut of_this = requests.iter().filter(|request| path(&request.url));
        ensure!(
            of_this.any(|request| request.headers.get(header).is_some()),
            "no {header} on {end}: {requests:#?}"
        );
    }
    Ok(())
}

#[test]
fn headers_that_the_pages_scripts_add_to_every_request_stop_no_payment() {
    play(async |w: &mut World| pay_traced(w, TRACING, "traceparent").await);
}

#[test]
fn a_shop_that_traces_its_pages_with_sentry_is_paid() {
    play(async |w: &mut World| {
        let bundle = std::env::var_os("GUICHET_SENTRY");
        let bundle = bundle.context("name Sentry's script in GUICHET_SENTRY")?;
        let start = "Sentry.init({
              dsn: 'https://public@traces.example/1',
              integrations: [Sentry.browserTracingIntegration()],
              tracesSampleRate: 1,
              tracePropagationTargets: [/.*/],
              transport: () => ({ send: async () => ({}), flush: async () => true }),
            });";
        let script = std::fs::read_to_string(bundle)? + start;
        pay_traced(w, &script, "sentry-trace").await
    });
}

/// What the shopper sees, wherever it is drawn: a browser may lack shadow roots.
const SEEN: &str = "
    const host = document.querySelector('guichet-checkout');
    const box = (host.shadowRoot || host).querySelector('[data-face]');
    return [box?.dataset.face ?? null, box?.textContent ?? '', box?.getAttribute('lang') ?? '']";

async fn wait_until_seen(w: &World, face: &str) -> Result<String> {
    let mut seen = Default::default();
    let waited = eventually(&format!("the face {face}"), async || {
        seen = w
            .browser
            .eval::<(Option<String>, String, String)>(SEEN)
            .await?;
        Ok((seen.0.as_deref() == Some(face)).then(|| seen.1.clone()))
    })
    .await;
    waited.with_context(|| format!("seen was {seen:?}"))
}

/// The code of the last `guichet:error`.
pub(crate) async fn last_error(w: &World) -> Result<Option<String>> {
    let events = w.browser.events().await?;
    let last = events.iter().rev().find(|event| event["name"] == "error");
    Ok(last.and_then(|event| Some(event["detail"]["code"].as_str()?.to_owned())))
}

pub(crate) async fn forget_events(w: &World) -> Result<()> {
    w.browser
        .eval::<()>("sessionStorage.removeItem('e2e-events')")
        .await
}

/// A script that takes something away from the browser.
fn without(owner: &str, name: &str) -> String {
    format!(
        "delete {owner}.{name};
         if ({owner}.{name}) Object.defineProperty({owner}, '{name}', {{ value: undefined }});"
    )
}

#[test]
fn a_browser_that_lacks_what_is_needed_is_told_so() {
    play(async |w: &mut World| {
        let order = w.order(wish(4200)).await?;
        for (owner, name) in [
            ("window", "customElements"),
            ("Element.prototype", "attachShadow"),
            ("window", "WebAssembly"),
            ("window", "fetch"),
            ("window", "crypto"),
            ("window", "TextDecoder"),
            ("window", "TextEncoder"),
            ("window", "URL"),
            ("CustomElementRegistry.prototype", "define"),
            ("WebAssembly", "instantiate"),
            ("Promise.prototype", "finally"),
            ("performance.constructor.prototype", "getEntriesByType"),
            ("Element.prototype", "replaceChildren"),
        ] {
            let script = w.browser.before_pages(&without(owner, name)).await?;
            w.open_payment(&order).await?;
            let face = match name {
                "customElements" | "attachShadow" | "URL" | "define" | "finally" => "broken",
                _ => "choosing",
            };
            let said = wait_until_seen(w, face).await.context(name)?;
            let told = face == "choosing" || said.contains("autre navigateur");
            ensure!(told, "{name}: {said}");
            // What the module alone can't do without leaves a list that pays as a form.
            if !["getEntriesByType", "replaceChildren"].contains(&name) {
                eventually("the error", async || {
                    let error = last_error(w).await?;
                    Ok((error.as_deref() == Some("unsupported")).then_some(()))
                })
                .await
                .context(name)?;
            }
            forget_events(w).await?;
            w.browser.forget(&script).await?;
        }
        w.open_checkout(&order).await
    });
}

#[test]
fn a_browser_too_old_for_the_module_pays_by_the_list_as_a_form() {
    play(async |w: &mut World| {
        let order = w.order(wish(4200)).await?;
        w.browser
            .before_pages(
                "const refuse = async () => { throw new WebAssembly.CompileError('too new') };
                 WebAssembly.compile = refuse;
                 WebAssembly.compileStreaming = refuse;",
            )
            .await?;
        w.open_payment(&order).await?;
        eventually("the error", async || {
            let error = last_error(w).await?;
            Ok((error.as_deref() == Some("unsupported")).then_some(()))
        })
        .await?;
        w.browser.inside("[data-painted] .methods").await?;
        w.look("unsupported").await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        // The page asks again by itself until the outcome is there.
        w.browser.inside("[data-painted][data-face=paid]").await?;
        w.look("unsupported-paid").await?;
        ensure!(w.money_taken(&order.session_id).await? == [4200]);
        Ok(())
    });
}

#[test]
fn a_browser_without_compilation_on_the_way_compiles_what_has_arrived() {
    play(async |w: &mut World| {
        let order = w.order(wish(4200)).await?;
        let missing = [
            ("WebAssembly", "compileStreaming"),
            ("AbortSignal", "timeout"),
        ]
        .map(|(owner, name)| without(owner, name))
        .concat();
        w.browser.before_pages(&missing).await?;
        w.open_checkout(&order).await?;
        w.leave_with("card", "card").await
    });
}

/// Safari before 16.4: no constructed style sheets.
const NO_SHEETS: &str = "
    delete Document.prototype.adoptedStyleSheets;
    delete ShadowRoot.prototype.adoptedStyleSheets;
    window.CSSStyleSheet = class { constructor() { throw new TypeError('Illegal constructor') } };";

/// The corner of the widget's box, which its style sheet rounds.
const CORNER: &str = "
    const box = document.querySelector('guichet-checkout').shadowRoot.querySelector('.checkout');
    return getComputedStyle(box).borderTopLeftRadius";

#[test]
fn without_constructed_style_sheets_the_page_s_nonce_lets_in_an_element() {
    play_on_site(async |w: &mut World, site| {
        w.browser.before_pages(NO_SHEETS).await?;
        let order = w.order(wish(4200)).await?;
        let backend = w.stack.backend();
        let policy = format!(
            "Content-Security-Policy: default-src 'none'; img-src data:; connect-src {backend}; \
             script-src 'nonce-abc' {backend} 'wasm-unsafe-eval'; style-src 'nonce-abc'\r\n"
        );
        let snippet = w
            .snippet(&order)
            .replace("<script", "<script nonce=\"abc\"");
        site.page("/", &policy, &snippet);
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        let corner: String = w.browser.eval(CORNER).await?;
        ensure!(corner == "12px", "the corner is {corner}");
        // The next face keeps it.
        w.press_pay().await?;
        w.browser.inside(".form [role=alert]").await?;
        let corner: String = w.browser.eval(CORNER).await?;
        ensure!(corner == "12px", "the corner is {corner}");
        ensure!(
            w.browser
                .console()
                .await?
                .iter()
                .all(|line| !line.contains("style-src"))
        );
        w.look("no-constructed-sheets").await?;
        // axe-core adds style elements to the page.
        w.browser.violations().await.map(drop)
    });
}

#[test]
fn without_any_style_sheet_the_payment_can_be_made_and_the_console_says_why() {
    play(async |w: &mut World| {
        w.browser.before_pages(NO_SHEETS).await?;
        let order = w.usual_checkout().await?;
        let console = w.browser.console().await?;
        let told = |line: &&String| line.contains("guichet") && line.contains("style-src");
        ensure!(console.iter().any(|line| told(&line)), "{console:#?}");
        for width in [360, 1280] {
            w.browser.set_width(width, 900).await?;
            let file = format!("no-sheet-{width}.png");
            w.browser.shoot(&target("screenshots").join(file)).await?;
        }
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.assert_paid(&order, &[("card", 4200)]).await?;
        // The policy refused the element, as it should.
        w.browser.violations().await.map(drop)
    });
}

#[test]
fn a_policy_that_stops_the_widgets_own_requests_is_no_trouble_of_the_shoppers_connection() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(wish(4200)).await?;
        let backend = w.stack.backend();
        for (path, policy) in [
            (
                "/connect",
                format!("script-src {backend} 'wasm-unsafe-eval'; connect-src 'self'"),
            ),
            (
                "/script",
                format!("script-src {backend}/guichet.js 'wasm-unsafe-eval'"),
            ),
        ] {
            let header = format!("Content-Security-Policy: {policy}\r\n");
            site.page(path, &header, &w.snippet(&order));
            w.browser.open(&format!("{}{path}", site.origin())).await?;
            eventually("the error", async || {
                let error = last_error(w).await?;
                Ok((error.as_deref() == Some("policy_refused")).then_some(()))
            })
            .await
            .context(path)?;
            // Where the session was told, its list pays as a form.
            let face = if path == "/connect" {
                "broken"
            } else {
                "choosing"
            };
            wait_until_seen(w, face).await.context(path)?;
            let said = w.browser.widget_text().await?;
            ensure!(!said.contains("connection"), "{path}: {said}");
            forget_events(w).await?;
        }
        w.browser.violations().await.map(drop)
    });
}

#[test]
fn an_element_that_is_never_given_a_session_ends_broken() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(wish(4200)).await?;
        let snippet = w.snippet(&order).replace(&order.secret, " \n ");
        site.page("/", "", &snippet);
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("loading").await?;
        w.browser.wait_for_face("broken").await?;
        ensure!(last_error(w).await?.as_deref() == Some("session_missing"));
        w.look("session-missing").await?;
        // It comes late, with the blanks that a template leaves.
        let set = format!(
            "document.querySelector('guichet-checkout').setAttribute('session', {})",
            json!(format!("\n    {}\n  ", order.secret))
        );
        w.browser.eval::<()>(&set).await?;
        w.browser.wait_for_face("choosing").await
    });
}
