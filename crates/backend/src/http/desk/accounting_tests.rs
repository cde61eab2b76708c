//! The close of a day and the journal, as browsers ask for them.

use axum::http::{StatusCode, header};
use guichet_desk::Lang;
use guichet_domain::PartStatus;
use guichet_domain::desk::Role;
use guichet_store::Store as _;

use super::doing_tests::{cookie, desk_over};
use super::login_tests::{Answer, Desk};
use super::tests::{app, order};
use crate::clock;
use crate::desk::in_paris;
use crate::ledger::export::Export;

const LEDGER: &str =
    "[shops.ledger]\nsiren = \"732829320\"\nremittances = { card = \"REMCB 12\" }\n";

async fn desk(table: &str) -> Desk {
    let made = desk_over(app(table).await, &[("luc", Role::Look)]).await;
    for (seed, minor) in [(1, 4_200), (2, 1_050)] {
        let reference = format!("CMD-{seed}");
        order(&made.store, seed, &reference, minor, PartStatus::Accepted).await;
    }
    made
}

impl Desk {
    async fn asked(&self, path: &str) -> Answer {
        self.get(path, &cookie("luc")).await
    }
}

#[tokio::test]
async fn a_day_is_closed_contract_by_contract_as_the_bank_pays_it() {
    let desk = desk(&format!("{LEDGER}[desk]\n")).await;
    let today = in_paris(clock::unix_now()).date();
    let page = desk.asked(&format!("/desk/accounting?day={today}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for text in ["€52.50", "511500 ", "REMCB 12", "main · ", ">2<"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let words = &Lang::En.words().accounting;
    let yesterday = desk.asked("/desk/accounting").await.body;
    assert!(yesterday.contains(words.nothing), "{yesterday}");
    let wrong = desk.asked("/desk/accounting?day=tomorrow").await.body;
    assert!(wrong.contains(Lang::En.words().list.no_day), "{wrong}");
}

#[tokio::test]
async fn the_journal_is_what_the_command_writes_and_bears_its_name() {
    let desk = desk(&format!("{LEDGER}[desk]\n")).await;
    let year = in_paris(clock::unix_now()).date().year();
    for (separator, mark) in [("tab", '\t'), ("pipe", '|')] {
        let query = format!("closing={year}-12-31&separator={separator}");
        let sent = desk
            .asked(&format!("/desk/accounting/journal.txt?{query}"))
            .await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let name = format!("attachment; filename=\"732829320FEC{year}1231.txt\"");
        assert_eq!(sent.header(header::CONTENT_DISPOSITION), name);
        assert_eq!(sent.body.lines().count(), 1 + 2 * 2, "{}", sent.body);
        let columns = sent.body.lines().map(|line| line.split(mark).count());
        assert!(
            columns.into_iter().all(|count| count == 18),
            "{}",
            sent.body
        );
        let written = tempfile::tempdir().unwrap();
        let export = Export {
            shop: guichet_domain::testing::slug("demo"),
            journal: toml::from_str("siren = \"732829320\"").unwrap(),
            closing: format!("{year}-12-31").parse().unwrap(),
            opening: format!("{year}-01-01").parse().unwrap(),
            separator: match separator {
                "tab" => crate::ledger::fec::Separator::Tab,
                _ => crate::ledger::fec::Separator::Pipe,
            },
        };
        let exported = export.write(&*desk.store, written.path()).await.unwrap();
        let file = std::fs::read_to_string(exported.file).unwrap();
        assert_eq!(file, sent.body);
        let described = desk
            .asked(&format!("/desk/accounting/description.txt?{query}"))
            .await;
        let file = std::fs::read_to_string(exported.description).unwrap();
        assert_eq!(file, described.body);
    }
}

#[tokio::test]
async fn days_that_are_none_of_a_year_and_a_shop_without_a_journal_give_none() {
    let desk = desk(&format!("{LEDGER}[desk]\n")).await;
    let words = Lang::En.words();
    for query in [
        "closing=",
        "closing=x",
        "closing=2026-01-01&opening=2026-01-02",
    ] {
        let sent = desk
            .asked(&format!("/desk/accounting/journal.txt?{query}"))
            .await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(sent.body.contains(words.list.days_turned), "{}", sent.body);
    }
    let without = self::desk("[desk]\n").await;
    let page = without.asked("/desk/accounting").await.body;
    assert!(page.contains(words.accounting.none), "{page}");
    let sent = without
        .asked("/desk/accounting/journal.txt?closing=2026-12-31")
        .await;
    assert_eq!(sent.status, StatusCode::NOT_FOUND);
    let audited = without.store.audit().await.unwrap();
    assert_eq!(audited.difference, None);
}
