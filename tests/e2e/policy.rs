//! The strict policy of the shop's pages: that it is there, and that a breach would be seen.

use anyhow::{Result, ensure};

use serde_json::json;

use crate::platform::CARD;
use crate::site::play_on_site;
use crate::world::{World, play};

#[test]
fn an_inline_style_on_the_page_is_noticed() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        ensure!(w.browser.violations().await?.is_empty());
        w.browser
            .eval::<()>(
                "const style = document.createElement('style');
                 style.append('body { color: red }');
                 document.head.append(style);",
            )
            .await?;
        let found = w.browser.violations().await?;
        ensure!(
            found.iter().any(|line| line.contains("style-src")),
            "{found:#?}"
        );
        Ok(())
    });
}

#[test]
fn text_given_to_inner_html_is_noticed() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        w.browser
            .eval::<()>(
                "const root = document.querySelector('guichet-checkout').shadowRoot;
                 try {
                   root.querySelector('.body').innerHTML = '<b>bad</b>';
                 } catch {}",
            )
            .await?;
        let found = w.browser.violations().await?;
        ensure!(
            found.iter().any(|line| line.contains("trusted-types")),
            "{found:#?}"
        );
        Ok(())
    });
}

#[test]
fn an_exception_in_a_script_is_noticed() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        w.browser
            .eval::<()>("setTimeout(() => { throw new Error('oops') }, 0)")
            .await?;
        crate::browser::eventually("the exception", async || {
            let seen = w.browser.console().await?;
            Ok(seen.iter().any(|line| line.contains("oops")).then_some(()))
        })
        .await?;
        ensure!(!w.browser.violations().await?.is_empty());
        Ok(())
    });
}

#[test]
fn a_form_that_leads_elsewhere_than_the_platform_is_refused() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.browser
            .eval::<()>(
                "const form = document.createElement('form');
                 form.action = 'http://127.0.0.1:9/elsewhere';
                 form.method = 'post';
                 document.body.append(form);
                 form.submit();",
            )
            .await?;
        let found = w.browser.violations().await?;
        ensure!(
            found.iter().any(|line| line.contains("form-action")),
            "{found:#?}"
        );
        let url = w.browser.url().await?;
        ensure!(url.ends_with(&order.payment_path), "{url}");
        Ok(())
    });
}

/// What `guichet csp` prints, and nothing else but the page's own icon.
async fn printed_policy(w: &World, embed: &str) -> Result<String> {
    let (status, told, errors) = w.stack.guichet(&["csp", "--embed", embed]).await;
    ensure!(status == 0, "{told}{errors}");
    // The first of the shops, which the tests order at.
    let lines = told
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with('#'));
    let lines: Vec<_> = lines.collect();
    Ok(format!(
        "Content-Security-Policy: default-src 'none'; img-src data:; {}\r\n",
        lines.join(" ")
    ))
}

#[test]
fn a_page_pays_with_the_lines_that_are_printed_for_it_and_breaks_none() {
    play_on_site(async |w: &mut World, site| {
        for embed in ["tag", "markup", "link"] {
            let order = w.order(json!({ "amount": 4200 })).await?;
            let snippet = match embed {
                "tag" => w.snippet(&order),
                "link" => w.linked_snippet(&order).await?,
                _ => w.printed_snippet(&order).await?,
            };
            let policy = printed_policy(w, embed).await?;
            site.page("/", &policy, &snippet);
            w.browser.open(&format!("{}/", site.origin())).await?;
            w.leave_with("card", "card").await?;
            w.pay_by_card(CARD).await?;
            w.wait_for_status(&order.session_id, "paid").await?;
            let broken = w.browser.violations().await?;
            ensure!(broken.is_empty(), "{embed}: {policy} {broken:#?}");
        }
        Ok(())
    });
}
