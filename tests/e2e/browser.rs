//! One browser with a profile of its own, driven as a shopper would.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::extensions::addons::firefox::FirefoxTools;
use thirtyfour::prelude::*;

use crate::drivers::{Driver, Place};
use crate::engine::Engine;
use crate::launch;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(25);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(40);

pub(crate) const WATCH: &str = include_str!("watch.js");

/// The widget's shadow root, or null.
const ROOT: &str = "const root = document.querySelector('guichet-checkout')?.shadowRoot;";

/// A browser, and what it has told so far.
pub(crate) struct Browser {
    engine: Engine,
    driver: WebDriver,
    /// Origin of the pages whose notes are read at the end.
    shop: String,
    console: std::sync::Mutex<Vec<String>>,
    requests: std::sync::Mutex<Vec<Request>>,
    folder: TempDir,
    _driver: Arc<Driver>,
    _place: Place,
}

/// A request that the browser made.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) body: String,
    /// Type of resource, such as `Document`.
    pub(crate) kind: String,
    pub(crate) referrer: String,
    /// Its headers that a script set, or may have.
    pub(crate) headers: Value,
}

/// Looks until there is something to see, up to a deadline. What failed on the way counts as
/// nothing seen: pages change while they are looked at.
pub(crate) async fn eventually<T>(
    what: &str,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    let mut last = None;
    while Instant::now() < deadline {
        match look().await {
            Ok(Some(seen)) => return Ok(seen),
            Ok(None) => last = None,
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(PAUSE).await;
    }
    match last {
        Some(error) => Err(error.context(format!("waited in vain for {what}"))),
        None => bail!("waited in vain for {what}"),
    }
}

impl Browser {
    /// Starts one of the engine that is played in. Where its `scripts` are off, no page's run.
    pub(crate) async fn start(shop: &str, place: Place, scripts: bool) -> Result<Self> {
        let engine = Engine::current();
        let process = Driver::of(engine);
        let folder = tempfile::tempdir()?;
        let wanted = launch::capabilities(engine, folder.path(), scripts)?;
        let driver = WebDriver::new(process.address(), wanted).await?;
        let browser = Self {
            engine,
            driver,
            shop: shop.to_owned(),
            console: Default::default(),
            requests: Default::default(),
            folder,
            _driver: process,
            _place: place,
        };
        browser.prepare_tab().await?;
        match engine {
            Engine::Chromium if !scripts => browser.set_scripts(false).await?,
            Engine::Firefox => {
                browser.before_pages(WATCH).await?;
                browser.before_pages(launch::FAILURES).await?;
            }
            Engine::Chromium | Engine::WebKit => {}
        }
        Ok(browser)
    }

    /// The engine, for what is not the same in all of them.
    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    /// What every tab needs before it opens its first page.
    async fn prepare_tab(&self) -> Result<()> {
        if self.engine == Engine::Chromium {
            self.before_pages(WATCH).await?;
        }
        Ok(())
    }

    /// Ends it.
    pub(crate) async fn quit(self) {
        // Fails only when the browser is gone already.
        let _ = self.driver.clone().quit().await;
    }

    /// A command of the DevTools protocol, which only Chromium speaks.
    pub(crate) async fn cdp(&self, method: &str, params: Value) -> Result<Value> {
        let speaks = self.engine == Engine::Chromium;
        ensure!(speaks, "{:?} can't do {method}", self.engine);
        self.driver
            .cdp()
            .send_raw(method, params)
            .await
            .with_context(|| method.to_owned())
    }

    /// Opens an address.
    pub(crate) async fn open(&self, url: &str) -> Result<()> {
        self.driver.goto(url).await.with_context(|| url.to_owned())
    }

    /// Runs a script before anything else on every page from now on, as a browser that lacks
    /// something, or a page that has its own scripts. Gives its name, for [`Self::forget`].
    ///
    /// WebKitGTK can't do it.
    pub(crate) async fn before_pages(&self, script: &str) -> Result<String> {
        if self.engine == Engine::Firefox {
            let addon = launch::addon(self.folder.path(), script)?;
            let firefox = FirefoxTools::new(self.driver.handle().clone());
            firefox.install_addon(&addon, Some(true)).await?;
            return Ok(addon);
        }
        let script = json!({ "source": script });
        let added = self
            .cdp("Page.addScriptToEvaluateOnNewDocument", script)
            .await?;
        Ok(added["identifier"].as_str().context("a name")?.to_owned())
    }

    /// Takes such a script away.
    pub(crate) async fn forget(&self, script: &str) -> Result<()> {
        let script = json!({ "identifier": script });
        self.cdp("Page.removeScriptToEvaluateOnNewDocument", script)
            .await?;
        Ok(())
    }

    /// Goes into the frame of that test name, for all that follows.
    pub(crate) async fn enter(&self, frame: &str) -> Result<()> {
        Ok(self.named(frame).await?.enter_frame().await?)
    }

    /// Comes out of all frames.
    pub(crate) async fn come_out(&self) -> Result<()> {
        Ok(self.driver.enter_default_frame().await?)
    }

    /// The address of the page.
    pub(crate) async fn url(&self) -> Result<String> {
        Ok(self.driver.current_url().await?.to_string())
    }

    /// Loads the page again.
    pub(crate) async fn reload(&self) -> Result<()> {
        Ok(self.driver.refresh().await?)
    }

    /// Presses the back button.
    pub(crate) async fn back(&self) -> Result<()> {
        Ok(self.driver.back().await?)
    }

    /// Opens another tab and goes there; gives the handle of the one before.
    pub(crate) async fn new_tab(&self) -> Result<WindowHandle> {
        let before = self.driver.window().await?;
        let tab = self.driver.new_tab().await?;
        self.driver.switch_to_window(tab).await?;
        self.prepare_tab().await?;
        Ok(before)
    }

    /// Closes this tab and goes on in an empty one.
    pub(crate) async fn replace_tab(&self) -> Result<()> {
        self.gather().await?;
        let closed = self.new_tab().await?;
        let empty = self.tab().await?;
        self.switch_to(closed).await?;
        self.driver.close_window().await?;
        self.switch_to(empty).await
    }

    /// This tab.
    pub(crate) async fn tab(&self) -> Result<WindowHandle> {
        Ok(self.driver.window().await?)
    }

    /// Goes to another tab.
    pub(crate) async fn switch_to(&self, tab: WindowHandle) -> Result<()> {
        Ok(self.driver.switch_to_window(tab).await?)
    }

    /// Runs a script on the page and reads what it returns.
    pub(crate) async fn eval<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        let value = self.driver.execute(script, Vec::new()).await?;
        Ok(value.convert()?)
    }

    /// The same for a script that calls its last argument when it is done.
    pub(crate) async fn eval_later(&self, script: &str) -> Result<Value> {
        let value = self.driver.execute_async(script, Vec::new()).await?;
        Ok(value.json().clone())
    }

    /// Waits for an element that a script finds.
    async fn found(&self, what: &str, script: &str) -> Result<WebElement> {
        eventually(what, async || {
            let found = self.driver.execute(script, Vec::new()).await?;
            if found.json().is_null() {
                return Ok(None);
            }
            Ok(Some(found.element()?))
        })
        .await
    }

    /// Waits for the page's element of that test name.
    pub(crate) async fn named(&self, name: &str) -> Result<WebElement> {
        let script = format!("return document.querySelector('[data-testid=\"{name}\"]')");
        self.found(name, &script).await
    }

    /// Whether the page has an element of that test name now.
    pub(crate) async fn has(&self, name: &str) -> Result<bool> {
        self.eval(&format!(
            "return !!document.querySelector('[data-testid=\"{name}\"]')"
        ))
        .await
    }

    /// Clicks it.
    pub(crate) async fn click(&self, name: &str) -> Result<()> {
        let script = format!("return document.querySelector('[data-testid=\"{name}\"]')");
        self.click_found(name, &script).await
    }

    /// Clicks what a script finds. A page that is drawn anew in between is looked at again; a
    /// click that happened is not repeated.
    pub(crate) async fn click_found(&self, what: &str, script: &str) -> Result<()> {
        eventually(what, async || {
            let element = self.driver.execute(script, Vec::new()).await?;
            if element.json().is_null() {
                return Ok(None);
            }
            element.element()?.click().await?;
            Ok(Some(()))
        })
        .await
        .with_context(|| format!("clicking {what}"))
    }

    /// Types into an empty field.
    pub(crate) async fn fill(&self, name: &str, text: &str) -> Result<()> {
        let field = self.named(name).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Text of the element of that test name.
    pub(crate) async fn text(&self, name: &str) -> Result<String> {
        Ok(self.named(name).await?.text().await?)
    }

    /// Waits for an element inside the widget.
    pub(crate) async fn inside(&self, selector: &str) -> Result<WebElement> {
        self.found(selector, &inside(selector)).await
    }

    /// Clicks inside the widget.
    pub(crate) async fn click_inside(&self, selector: &str) -> Result<()> {
        self.click_found(selector, &inside(selector)).await
    }

    /// Waits for what the widget shows of its own children, such as the platform's fields.
    pub(crate) async fn beside(&self, selector: &str) -> Result<WebElement> {
        self.found(selector, &beside(selector)).await
    }

    /// Clicks a field of the platform, inside its frame, and types.
    pub(crate) async fn type_in_field(&self, field: &str, text: &str) -> Result<()> {
        if self.engine == Engine::WebKit {
            // A click of its driver's inside a frame leaves the focus where it was. A label moves
            // under the click where the field that is left tells a mistake.
            let label = format!("[data-field-label={field}]");
            let there = beside(&format!("[data-field={field}][data-focused]"));
            eventually(&format!("the focus on {field}"), async || {
                self.beside(&label).await?.click().await?;
                let there = self.driver.execute(&there, Vec::new()).await?;
                Ok((!there.json().is_null()).then_some(()))
            })
            .await?;
        }
        let frame = format!("[data-field={field}] iframe");
        self.beside(&frame).await?.enter_frame().await?;
        let typed = self.type_in_this_frame(text).await;
        // Whatever came of it, the next look is at the page again.
        self.driver.enter_default_frame().await?;
        typed.with_context(|| frame)
    }

    async fn type_in_this_frame(&self, text: &str) -> Result<()> {
        let field = self
            .found("#field", "return document.getElementById('field')")
            .await?;
        if self.engine != Engine::WebKit {
            field.click().await?;
        }
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Runs a script inside a frame of the platform.
    pub(crate) async fn eval_in_frame<T: DeserializeOwned>(
        &self,
        frame: &str,
        script: &str,
    ) -> Result<T> {
        self.beside(frame).await?.enter_frame().await?;
        let value = self.eval(script).await;
        self.driver.enter_default_frame().await?;
        value.with_context(|| frame.to_owned())
    }

    /// How many elements inside the widget fit.
    pub(crate) async fn count_inside(&self, selector: &str) -> Result<usize> {
        let selector = json!(selector);
        self.eval(&format!(
            "{ROOT} return root ? root.querySelectorAll({selector}).length : 0"
        ))
        .await
    }

    /// All that the widget says.
    pub(crate) async fn widget_text(&self) -> Result<String> {
        self.eval(&format!(
            "{ROOT} return root?.querySelector('[data-face]')?.innerText || ''"
        ))
        .await
    }

    /// The widget's face, if it has one.
    pub(crate) async fn face(&self) -> Result<Option<String>> {
        self.eval(&format!(
            "{ROOT} const face = root?.querySelector('[data-face]:not([data-painted])');
             return face?.dataset.face || null"
        ))
        .await
    }

    /// Waits until the widget has this face, drawn by its module.
    pub(crate) async fn wait_for_face(&self, face: &str) -> Result<()> {
        let mut seen = None;
        let waited = eventually(&format!("the face {face}"), async || {
            seen = self.face().await?;
            Ok((seen.as_deref() == Some(face)).then_some(()))
        })
        .await;
        waited.with_context(|| format!("the face is {seen:?}"))
    }

    /// The parts that the widget shows: state, kind, amount.
    pub(crate) async fn parts(&self) -> Result<Vec<(String, String, String)>> {
        self.eval(&format!(
            "{ROOT} return [...root.querySelectorAll('[data-part]')]
                .map((part) => [part.dataset.part, part.dataset.kind, part.dataset.amount])"
        ))
        .await
    }

    /// Presses keys, wherever the focus is.
    pub(crate) async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        Ok(self.driver.action_chain().send_keys(keys).perform().await?)
    }

    /// Presses a key while Shift is held down.
    pub(crate) async fn press_shifted(&self, key: Key) -> Result<()> {
        let keys = self.driver.action_chain().key_down(Key::Shift);
        let keys = keys.send_keys(key).key_up(Key::Shift);
        Ok(keys.perform().await?)
    }

    /// Clicks an element this many times, as fast as a hand that trembles.
    pub(crate) async fn click_many(&self, element: &WebElement, times: usize) -> Result<()> {
        let zero = Some(Duration::ZERO);
        let mut chain = self
            .driver
            .action_chain_with_delay(zero, Some(Duration::from_millis(10)));
        chain = chain.move_to_element_center(element);
        for _ in 0..times {
            chain = chain.click();
        }
        Ok(chain.perform().await?)
    }

    /// The window as a device of that width shows it.
    pub(crate) async fn set_width(&self, width: u32, height: u32) -> Result<()> {
        let mobile = width < 600;
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile,
        });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await?;
        Ok(())
    }

    /// Dark or light.
    pub(crate) async fn set_dark(&self, dark: bool) -> Result<()> {
        let value = if dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": value },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.cdp(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await?;
        Ok(())
    }

    /// Turns the scripts of all pages on or off. Only Chromium does that while it runs; the others
    /// keep what they were started with.
    pub(crate) async fn set_scripts(&self, on: bool) -> Result<()> {
        if self.engine == Engine::Chromium {
            let value = json!({ "value": !on });
            self.cdp("Emulation.setScriptExecutionDisabled", value)
                .await?;
        }
        Ok(())
    }

    /// Takes the network away, or gives it back.
    pub(crate) async fn set_offline(&self, offline: bool) -> Result<()> {
        let conditions = json!({
            "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.cdp("Network.enable", json!({})).await?;
        self.cdp("Network.emulateNetworkConditions", conditions)
            .await?;
        Ok(())
    }

    /// Makes every answer of the network come this much later, in milliseconds.
    pub(crate) async fn set_latency(&self, latency: u32) -> Result<()> {
        let conditions = json!({
            "offline": false, "latency": latency, "downloadThroughput": -1,
            "uploadThroughput": -1,
        });
        self.cdp("Network.enable", json!({})).await?;
        self.cdp("Network.emulateNetworkConditions", conditions)
            .await?;
        Ok(())
    }

    /// Addresses that this browser never reaches.
    pub(crate) async fn block(&self, patterns: &[&str]) -> Result<()> {
        self.cdp("Network.enable", json!({})).await?;
        let all = patterns
            .iter()
            .map(|at| json!({ "urlPattern": at, "block": true }));
        let by_pattern = json!({ "urlPatterns": all.collect::<Vec<_>>() });
        if self
            .cdp("Network.setBlockedURLs", by_pattern)
            .await
            .is_err()
        {
            self.cdp("Network.setBlockedURLs", json!({ "urls": patterns }))
                .await?;
        }
        Ok(())
    }

    /// What the button of that test name would send: the form's address and its fields.
    pub(crate) async fn form_of(&self, name: &str) -> Result<(String, Vec<(String, String)>)> {
        self.eval(&format!(
            "const button = document.querySelector('[data-testid=\"{name}\"]');
             return [button.form.action, [...new FormData(button.form, button)]]"
        ))
        .await
    }

    /// Saves what can be seen, in Chromium down to the page's end.
    pub(crate) async fn shoot(&self, file: &Path) -> Result<()> {
        std::fs::create_dir_all(file.parent().context("a folder")?)?;
        if self.engine != Engine::Chromium {
            std::fs::write(file, self.driver.screenshot_as_png().await?)?;
            return Ok(());
        }
        let size = &self.cdp("Page.getLayoutMetrics", json!({})).await?["cssContentSize"];
        let (width, height) = (&size["width"], &size["height"]);
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let shot = json!({ "captureBeyondViewport": true, "clip": clip });
        let shot = self.cdp("Page.captureScreenshot", shot).await?;
        let png = shot["data"].as_str().context("no picture")?;
        std::fs::write(file, unbase64(png))?;
        Ok(())
    }

    /// The widget's events on this tab's pages of the shop, in order.
    pub(crate) async fn events(&self) -> Result<Vec<Value>> {
        self.eval("return JSON.parse(sessionStorage.getItem('e2e-events') || '[]')")
            .await
    }

    /// Reads what the browser has logged since the last time. Only Chromium gives it.
    async fn gather(&self) -> Result<()> {
        if self.engine != Engine::Chromium {
            return Ok(());
        }
        for entry in self.driver.get_log("browser").await? {
            let source = entry.source.unwrap_or_default();
            let line = format!("{} {source} {}", entry.level, entry.message);
            self.console.lock().unwrap().push(line);
        }
        for entry in self.driver.get_log("performance").await? {
            let event: Value = serde_json::from_str(&entry.message)?;
            if event["message"]["method"] == "Network.requestWillBeSent" {
                let request = Request::of(&event["message"]["params"]);
                self.requests.lock().unwrap().push(request);
            }
        }
        Ok(())
    }

    /// Everything that the console said so far.
    pub(crate) async fn console(&self) -> Result<Vec<String>> {
        self.gather().await?;
        Ok(self.console.lock().unwrap().clone())
    }

    /// Every request so far, those of redirects included.
    pub(crate) async fn requests(&self) -> Result<Vec<Request>> {
        self.gather().await?;
        Ok(self.requests.lock().unwrap().clone())
    }

    /// What pages' policies refused, and scripts that ended in an exception, since the last time.
    pub(crate) async fn violations(&self) -> Result<Vec<String>> {
        let mut found: Vec<String> = self
            .console()
            .await?
            .into_iter()
            .filter(|line| is_violation(line))
            .collect();
        self.console.lock().unwrap().clear();
        for tab in self.driver.windows().await? {
            self.switch_to(tab).await?;
            if !self.url().await?.starts_with(&self.shop) {
                self.open(&format!("{}/fichiers/feuille.svg", self.shop))
                    .await?;
            }
            let noted: Vec<String> = self
                .eval(
                    "const noted = sessionStorage.getItem('e2e-violations') || '[]';
                     sessionStorage.removeItem('e2e-violations');
                     return JSON.parse(noted)",
                )
                .await?;
            found.extend(noted);
        }
        Ok(found)
    }

    /// Fails if any page broke its policy or any script ended in an exception.
    pub(crate) async fn assert_clean(&self) -> Result<()> {
        let found = self.violations().await?;
        ensure!(
            found.is_empty(),
            "pages broke their own rules:\n{}",
            found.join("\n")
        );
        Ok(())
    }
}

impl Request {
    fn of(params: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let request = &params["request"];
        Self {
            method: text(&request["method"]),
            url: text(&request["url"]),
            body: text(&request["postData"]),
            kind: text(&params["type"]),
            referrer: text(&request["headers"]["Referer"]),
            headers: request["headers"].clone(),
        }
    }
}

fn inside(selector: &str) -> String {
    format!(
        "{ROOT} return root?.querySelector({}) ?? null",
        json!(selector)
    )
}

fn beside(selector: &str) -> String {
    let selector = format!("guichet-checkout > {selector}");
    format!("return document.querySelector({})", json!(selector))
}

/// Whether a line of the console tells of a broken policy or of an exception.
fn is_violation(line: &str) -> bool {
    const SIGNS: [&str; 6] = [
        "Content Security Policy",
        "Content-Security-Policy",
        "TrustedHTML",
        "TrustedScript",
        "Uncaught",
        "panicked at",
    ];
    SIGNS.iter().any(|sign| line.contains(sign))
}

/// Standard base64, as the DevTools protocol writes it.
pub(crate) fn unbase64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u32> = text.trim_end_matches('=').bytes().map(digit).collect();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit);
        let bits = bits << (6 * (4 - group.len()));
        bytes.extend(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}
