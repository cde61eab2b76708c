//! Pages that don't let the browser leave for the platform.

use anyhow::{Result, ensure};

use crate::browser::eventually;
use crate::site::{Site, play_on_site};
use crate::world::{World, wish};

/// Notes the widget's errors. In a frame of another origin nothing else does.
const NOTING: &str = "<script>
    window.errors = [];
    document.addEventListener('guichet:error', (event) => errors.push(event.detail.code));
    </script>";

impl World {
    /// Presses pay on a page that can't be left, and looks at what is said.
    async fn stays(&self, console: &str) -> Result<()> {
        let order_is_open = "[data-warning=open-elsewhere]";
        self.choose("card").await?;
        self.press_pay().await?;
        let nothing = "Rien n’a été payé";
        eventually("what happened", async || {
            let said = self.browser.widget_text().await?;
            Ok(said.contains(nothing).then_some(()))
        })
        .await?;
        ensure!(self.browser.face().await?.as_deref() == Some("choosing"));
        let errors: Vec<String> = self.browser.eval("return window.errors").await?;
        ensure!(errors == ["leave_failed"], "{errors:?}");
        let lines = self.browser.console().await?;
        let told = |line: &&String| line.contains("guichet:") && line.contains(console);
        ensure!(lines.iter().any(|line| told(&line)), "{lines:#?}");
        // The backend has told of the payment by now, and the rest of the list is on offer.
        eventually("the pay button", async || {
            let ready = "button[data-action=pay]:not([disabled])";
            Ok((self.browser.count_inside(ready).await? == 1).then_some(()))
        })
        .await?;
        self.choose("apetiz").await?;
        ensure!(self.browser.count_inside(order_is_open).await? == 0);
        self.press_pay().await?;
        eventually("the same again", async || {
            let said = self.browser.widget_text().await?;
            Ok(said.contains(nothing).then_some(()))
        })
        .await?;
        ensure!(
            self.browser.count_inside(order_is_open).await? == 0,
            "no question"
        );
        Ok(())
    }

    /// A page of the site with the checkout in a frame, and the frame entered.
    async fn framed(&self, site: &Site, outer: &str, attributes: &str) -> Result<()> {
        let order = self.order(wish(4200)).await?;
        site.page("/inner", "", &format!("{NOTING}{}", self.snippet(&order)));
        let frame = format!(
            "<iframe data-testid=\"frame\" width=\"700\" height=\"800\" {attributes} \
             src=\"{}/inner\"></iframe>",
            site.origin()
        );
        site.page("/outer", "", &frame);
        self.browser.open(&format!("{outer}/outer")).await?;
        self.browser.enter("frame").await?;
        self.browser.wait_for_face("choosing").await
    }
}

#[test]
fn a_policy_without_the_platform_is_noticed_at_once_and_no_payment_is_spoken_of() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(wish(4200)).await?;
        let policy = "Content-Security-Policy: form-action 'self'\r\n";
        site.page("/", policy, &format!("{NOTING}{}", w.snippet(&order)));
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        w.stays("form-action").await?;
        w.look("leave-failed").await?;
        w.assert_unpaid(&order.session_id).await?;
        w.browser.violations().await.map(drop)
    });
}

#[test]
fn a_redirect_of_the_platforms_that_the_policy_stops_may_be_a_payment_under_way() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(wish(4200)).await?;
        site.page("/", "", &w.snippet(&order));
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        // What Chromium tells the page then, word for word, but for the addresses.
        w.browser
            .eval::<()>(
                "HTMLFormElement.prototype.submit = function () {
                   dispatchEvent(new Event('beforeunload'));
                   const { origin } = new URL(this.action);
                   document.dispatchEvent(new SecurityPolicyViolationEvent(
                     'securitypolicyviolation', {
                       effectiveDirective: 'form-action', violatedDirective: 'form-action',
                       blockedURI: this.action, disposition: 'enforce', documentURI: location.href,
                       originalPolicy: `form-action ${origin}`, statusCode: 200,
                     }));
                 }",
            )
            .await?;
        w.choose("card").await?;
        w.press_pay().await?;
        w.browser.inside("[data-warning=open-elsewhere]").await?;
        ensure!(w.browser.face().await?.as_deref() == Some("choosing"));
        // The policy that the console speaks of.
        w.browser.violations().await.map(drop)
    });
}

#[test]
fn in_a_sandbox_without_top_navigation_the_rest_is_on_offer() {
    play_on_site(async |w: &mut World, site| {
        let sandbox = "sandbox=\"allow-scripts allow-same-origin allow-forms\"";
        w.framed(site, &site.origin(), sandbox).await?;
        w.stays("allow-top-navigation").await?;
        w.browser.come_out().await?;
        // The same in a frame of another origin, whose attributes can't be read.
        w.framed(site, &site.other_origin(), sandbox).await?;
        w.stays("allow-top-navigation").await?;
        w.browser.come_out().await
    });
}

#[test]
fn in_a_sandbox_without_forms_the_buttons_work_and_say_so() {
    play_on_site(async |w: &mut World, site| {
        let sandbox = "sandbox=\"allow-scripts allow-same-origin allow-top-navigation\"";
        w.framed(site, &site.origin(), sandbox).await?;
        w.stays("allow-forms").await?;
        w.browser.come_out().await
    });
}

#[test]
fn a_frame_that_may_lead_the_whole_page_away_does() {
    play_on_site(async |w: &mut World, site| {
        for (outer, attributes) in [
            (site.other_origin(), ""),
            (
                site.origin(),
                "sandbox=\"allow-scripts allow-same-origin allow-forms allow-top-navigation\"",
            ),
        ] {
            w.framed(site, &outer, attributes).await?;
            w.choose("card").await?;
            w.press_pay().await?;
            w.browser.come_out().await?;
            w.wait_for_page("card").await?;
        }
        Ok(())
    });
}
