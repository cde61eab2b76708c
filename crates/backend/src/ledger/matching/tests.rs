use super::*;

/// A statement of a French bank, version 2 (2009), whose amounts and texts are of our own making.
fn statement(entries: &str) -> Statement {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt>
<Stmt><FrToDt><FrDtTm>2026-11-01T00:00:00</FrDtTm><ToDtTm>2026-11-30T23:59:59</ToDtTm></FrToDt>
{entries}</Stmt></BkToCstmrStmt></Document>"
    );
    Statement::parse(&text).unwrap()
}

fn entry(day: &str, amount: &str, direction: &str, label: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>{day}</Dt></BookgDt><BkTxCd/><NtryDtls><TxDtls><RmtInf><Ustrd>{label}</Ustrd></RmtInf>
</TxDtls></NtryDtls></Ntry>"
    )
}

fn remittance(day: &str, transit: &str, cents: i64) -> Remittance {
    Remittance {
        day: day.parse().unwrap(),
        transit: Transit::try_from(transit.to_owned()).unwrap(),
        cents,
        entries: 1,
    }
}

fn found(remittances: &[Remittance], statement: &Statement) -> Vec<String> {
    let texts = [
        ("main/card", "remcb 0001"),
        ("main/complement", "REMCB 0002"),
    ];
    let texts = texts.map(|(transit, text)| (transit.to_owned(), text.to_owned()));
    let matched = matched(remittances.to_vec(), statement, &texts.into(), 10);
    let mut told: Vec<_> = matched
        .remittances
        .into_iter()
        .map(|(_, found)| match found {
            Found::Matched(line) => format!("{} {}", line.booked, line.cents),
            other => format!("{other:?}"),
        })
        .collect();
    told.extend(
        matched
            .unknown
            .iter()
            .map(|line| format!("unknown {}", line.cents)),
    );
    told
}

#[test]
fn two_contracts_of_one_order_are_two_lines_and_what_was_kept_is_told() {
    let lines = [
        entry("2026-11-04", "26.80", "CRDT", "REMCB 0002 NB00001"),
        entry("2026-11-04", "15.00", "CRDT", "VIR BIMPLI"),
        entry("2026-11-05", "100.00", "CRDT", "REMCB 0001 NB00003"),
        entry("2026-11-05", "100.00", "CRDT", "LOYER"),
    ];
    let statement = statement(&lines.concat());
    let all = [
        remittance("2026-11-03", "main/apetiz", 1500),
        remittance("2026-11-03", "main/complement", 2700),
        remittance("2026-11-03", "main/card", 10_000),
    ];
    assert_eq!(
        found(&all, &statement),
        ["2026-11-04 1500", "2026-11-04 2680", "2026-11-05 10000"]
    );
}

#[test]
fn what_has_not_come_is_waited_for_then_late_then_missing() {
    let statement = statement("");
    let day = |day: &str| found(&[remittance(day, "main/card", 100)], &statement);
    assert_eq!(day("2026-11-29"), ["Waiting"]);
    assert_eq!(day("2026-11-27"), ["Late"]);
    assert_eq!(day("2026-11-20"), ["Missing"]);
    // It may have come before the statement begins.
    assert_eq!(day("2026-10-31"), Vec::<String>::new());
}

#[test]
fn what_fits_two_ways_is_matched_in_none() {
    let line = |day| entry(day, "10.00", "CRDT", "REMCB 0001");
    let one = statement(&line("2026-11-05"));
    let both = [
        remittance("2026-11-03", "main/card", 1000),
        remittance("2026-11-04", "main/card", 1000),
    ];
    assert_eq!(found(&both, &one), ["Ambiguous", "Ambiguous"]);
    let two = statement(&[line("2026-11-05"), line("2026-11-06")].concat());
    assert_eq!(found(&both[..1], &two), ["Ambiguous"]);
}

#[test]
fn a_line_of_a_contract_that_fits_no_remittance_is_told() {
    let lines = [
        // More than 6 percent are missing, another contract, another direction, too late.
        entry("2026-11-05", "93.99", "CRDT", "REMCB 0001"),
        entry("2026-11-05", "100.00", "CRDT", "REMCB 0002"),
        entry("2026-11-05", "100.00", "DBIT", "REMCB 0001"),
        entry("2026-11-15", "100.00", "CRDT", "REMCB 0001"),
        entry("2026-11-05", "100.00", "CRDT", "SALAIRES"),
    ];
    let all = [remittance("2026-11-03", "main/card", 10_000)];
    assert_eq!(
        found(&all, &statement(&lines.concat())),
        [
            "Missing",
            "unknown 9399",
            "unknown 10000",
            "unknown -10000",
            "unknown 10000"
        ]
    );
    let back = [remittance("2026-11-03", "main/card", -10_000)];
    assert_eq!(found(&back, &statement(&lines[2])), ["2026-11-05 -10000"]);
}

#[test]
fn only_what_is_booked_in_euros_is_read_and_a_wrong_file_says_what_is_wrong() {
    let booked = entry("2026-11-05", "1234.5", "CRDT", "a &amp; b");
    let others = [
        booked.replace("BOOK", "PDNG"),
        booked.replace("EUR", "CHF"),
        booked.replace("<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>"),
    ];
    let read = statement(&others.concat());
    let line = BankLine {
        booked: "2026-11-05".parse().unwrap(),
        cents: 123_450,
        label: "A & B".into(),
    };
    assert_eq!(read.lines, [line]);
    let within = |what: &str, by: &str| format!("<Stmt>\n{}</Stmt>", booked.replace(what, by));
    let place = "line 2, a movement (Ntry): ";
    for (text, told) in [
        ("<a/>".to_owned(), "has no statement (Stmt)".to_owned()),
        ("no".to_owned(), "is no XML".to_owned()),
        (
            "<Stmt>\n<Ntry/></Stmt>".to_owned(),
            format!("{place}Sts is missing"),
        ),
        (within("1234.5", "1,5"), format!("{place}Amt 1,5")),
        (within("1234.5", "1.555"), format!("{place}Amt 1.555")),
        (within("CRDT", "C"), format!("{place}CdtDbtInd is C")),
        (
            within("2026-11-05", "5.11.2026"),
            format!("{place}5.11.2026 is no date"),
        ),
        (
            "<!DOCTYPE a [<!ENTITY b 'c'>]><Stmt>&b;</Stmt>".to_owned(),
            "is no XML".to_owned(),
        ),
    ] {
        let error = format!("{:#}", Statement::parse(&text).unwrap_err());
        assert!(error.contains(&told), "{text}: {error}");
    }
}
