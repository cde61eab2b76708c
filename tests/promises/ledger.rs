//! The ledger: proven from the events, and given to the accountant.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::support::{CARD, Stack, StackOptions};

const SIREN: &str = "732829320";

/// A stack whose shop keeps a journal, and of which one order was paid by a voucher and a card.
async fn paid_by_two() -> Stack {
    let stack = Stack::start(StackOptions {
        shop_lines: format!(
            "ledger = {{ siren = \"{SIREN}\", accounts = {{ card = \"511501\" }}, \
             remittances = {{ complement = \"REMCB 0002\" }} }}"
        ),
        ..StackOptions::default()
    })
    .await;
    let order = json!({ "reference": "commande|42" });
    let checkout = stack.session_with(4200, order).await;
    let started = stack.start_payment(&checkout, "apetiz").await;
    let page = stack.open_page(&started).await;
    let next = stack.type_card(&page, "9999000000000027").await;
    let back = stack.type_card(&next, CARD).await;
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
    stack
}

fn export(to: &str) -> Vec<&str> {
    let command = [
        "ledger",
        "export",
        "--shop",
        "demo",
        "--closing",
        "2999-12-31",
        "--to",
        to,
    ];
    [&command[..], &["--opening", "2026-01-01"]].concat()
}

#[tokio::test]
async fn one_order_is_two_remittances_in_a_journal_that_balances_and_has_no_gap() {
    let stack = paid_by_two().await;
    let (status, told, errors) = stack.guichet(&["audit"]).await;
    assert_eq!(status, 0, "{errors}");
    assert!(told.contains("2 entries of 1 payments"), "{told}");

    let folder = stack.folder().join("journal");
    std::fs::create_dir(&folder).unwrap();
    let to = folder.to_str().unwrap();
    let (status, told, errors) = stack.guichet(&export(to)).await;
    assert_eq!(status, 0, "{errors}");
    assert!(told.contains("2 entries, 42.00 EUR"), "{told}");
    let journal = std::fs::read_to_string(folder.join(format!("{SIREN}FEC29991231.txt"))).unwrap();
    let lines: Vec<Vec<&str>> = journal
        .split("\r\n")
        .map(|l| l.split('\t').collect())
        .collect();
    assert_eq!(
        lines.len(),
        6,
        "names, two lines an entry, and the last end of a line: {journal}"
    );
    assert!(
        lines[..5].iter().all(|cells| cells.len() == 18),
        "{journal}"
    );
    let column = |name: &str| lines[0].iter().position(|cell| *cell == name).unwrap();
    let cell = |line: usize, name: &str| lines[line][column(name)];
    let of = |name: &str| [1, 2, 3, 4].map(|line| cell(line, name));
    assert_eq!(of("EcritureNum"), ["1", "1", "2", "2"]);
    assert_eq!(of("CompteNum"), ["467100", "411000", "511520", "411000"]);
    assert_eq!(of("Debit"), ["15,00", "0,00", "27,00", "0,00"]);
    assert_eq!(of("Credit"), ["0,00", "15,00", "0,00", "27,00"]);
    assert_eq!(
        cell(1, "EcritureLib"),
        "Encaissement commande commande/42, remise demo/apetiz"
    );
    let description = folder.join(format!("{SIREN}FEC29991231-description.txt"));
    let description = std::fs::read_to_string(description).unwrap();
    assert!(
        description.contains("attend 27,00 EUR de la remise demo/complement"),
        "{description}"
    );

    let modes = std::fs::read_dir(&folder).unwrap().map(|file| {
        let file = file.unwrap();
        file.metadata().unwrap().permissions().mode() & 0o777
    });
    assert_eq!(modes.collect::<Vec<_>>(), [0o600; 2]);
    let (status, _, errors) = stack.guichet(&export(to)).await;
    assert_eq!(status, 1);
    assert!(errors.contains("is there already"), "{errors}");
    let other = [
        "ledger",
        "export",
        "--shop",
        "autre",
        "--closing",
        "2026-12-31",
        "--to",
        to,
    ];
    let (status, _, errors) = stack.guichet(&other).await;
    assert_eq!(status, 1);
    assert!(
        errors.contains("shop autre: ledger: is not configured"),
        "{errors}"
    );
}

#[tokio::test]
async fn an_export_that_fails_leaves_nothing() {
    let stack = paid_by_two().await;
    let folder = stack.folder().join("journal");
    std::fs::create_dir(&folder).unwrap();
    let to = folder.to_str().unwrap();
    // The description can't be written where a folder has its name until it is whole.
    let in_its_way = folder.join(format!("{SIREN}FEC29991231-description.part"));
    std::fs::create_dir(&in_its_way).unwrap();
    let (status, _, errors) = stack.guichet(&export(to)).await;
    assert_eq!(status, 1, "{errors}");
    assert!(errors.contains("description.part"), "{errors}");
    std::fs::remove_dir(&in_its_way).unwrap();
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    // Nor where a gap in the journal is found at the end.
    stack
        .alter("UPDATE ledger SET number = 3 WHERE number = 2")
        .await;
    let (status, _, errors) = stack.guichet(&export(to)).await;
    assert_eq!(status, 1, "{errors}");
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn an_entry_that_was_changed_is_named() {
    let stack = paid_by_two().await;
    stack
        .alter("UPDATE ledger SET amount = 2699 WHERE number = 2")
        .await;
    let (status, told, errors) = stack.guichet(&["audit"]).await;
    assert_eq!((status, told.as_str()), (1, ""));
    assert!(
        errors.contains("+1 minor units of EUR in demo/complement"),
        "{errors}"
    );
}

#[tokio::test]
async fn a_statement_of_the_bank_shows_what_came_and_what_did_not() {
    let stack = paid_by_two().await;
    // 27 November 2026, whenever this runs.
    stack
        .alter("UPDATE ledger SET happened_at = 1795773600")
        .await;
    let file = stack.folder().join("november.xml");
    let came = "<Document><BkToCstmrStmt><Stmt><FrToDt><FrDtTm>2026-11-01T00:00:00</FrDtTm>\
                <ToDtTm>2026-12-31T23:59:59</ToDtTm></FrToDt><Ntry><Amt Ccy=\"EUR\">26.80</Amt>\
                <CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-30</Dt></BookgDt>\
                <AddtlNtryInf>REMCB 0002 NB00001</AddtlNtryInf></Ntry></Stmt></BkToCstmrStmt>\
                </Document>";
    std::fs::write(&file, came).unwrap();
    let command = ["ledger", "match", "--shop", "demo", file.to_str().unwrap()];
    let (status, told, errors) = stack.guichet(&command).await;
    assert_eq!((status, errors.as_str()), (3, ""));
    let expected = "missing    2026-11-27  demo/apetiz  15.00 EUR, 1 entries\n\
                    matched    2026-11-27  demo/complement  27.00 EUR, 1 entries: came 2026-11-30 \
                    as 26.80 EUR, kept 0.20 EUR\n";
    assert_eq!(told, expected);
    // The same as CFONB 120, without line ends and in a bank's own letters.
    let record = |code: &str, day: &str, words: &str, amount: &str| {
        let head = format!("{code}30003    01234EUR2 00012345678  {day}        {words:<42}");
        format!("{head}{amount}{:16}", "")
    };
    let cfonb = [
        record("01", "311026", "", "0000000000000{"),
        record("04", "301126", "REMCB 0002 REÇU", "0000000000268{"),
        record("07", "311226", "", "0000000000268{"),
    ];
    let bytes = cfonb
        .concat()
        .chars()
        .map(u8::try_from)
        .collect::<Result<Vec<_>, _>>();
    std::fs::write(&file, bytes.unwrap()).unwrap();
    let (status, told, errors) = stack.guichet(&command).await;
    assert_eq!((status, errors.as_str()), (3, ""));
    assert_eq!(told, expected);
    std::fs::write(&file, "REMCB 0002").unwrap();
    let (status, _, errors) = stack.guichet(&command).await;
    assert_eq!(status, 1);
    assert!(errors.contains("november.xml: is no XML"), "{errors}");
}
