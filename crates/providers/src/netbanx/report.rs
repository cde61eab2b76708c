//! *Report*: a list of the orders that were made or processed lately (SDK, PHP `pager`, Node).

use guichet_domain::event::{Part, PaymentEvent, PlatformFact, Trust};
use guichet_domain::money::Amount;
use guichet_domain::{PartKind, PartStatus};

use super::answer::{Moved, Order, Text};
use super::calls::{Calls, step};
use super::config::Config;
use super::flow::{PAGE, page_of_report};
use crate::Verified;
use crate::contract::{Exchange, ReportLine, ReportPage, Standing, Step};

pub(super) fn page(config: &Config, page: usize, exchanges: &[Exchange]) -> Step<ReportPage> {
    let calls = &mut Calls::new(config, exchanges);
    step(page_of_report(calls, page).map(|report| {
        ReportPage {
            last: report.records.len() < PAGE,
            lines: report
                .records
                .iter()
                .filter_map(|order| line(config, order))
                .collect(),
        }
    }))
}

/// What an order says. Nothing where it can't be read: the payment's own look tells of that.
fn line(config: &Config, order: &Order) -> Option<ReportLine> {
    let reference = order.merchant_ref_num.as_ref()?.as_str().to_owned();
    let amount = order.total_amount.as_ref()?.minor()?;
    let told = order.transaction.as_ref();
    let standing = match told.and_then(|told| told.status.as_deref()) {
        Some("success") if !told.is_some_and(|told| told.is_reversed()) => Standing::Paid,
        Some("held" | "pending") => Standing::Waits,
        _ => Standing::Nothing,
    };
    let refunds = order
        .moves()
        .filter(|moved| moved.is("refund") && !moved.is_cancelled());
    let given_back = |moved: &Moved| moved.amount.as_ref().and_then(Text::minor);
    let paid = standing == Standing::Paid;
    Some(ReportLine {
        fact: paid
            .then(|| fact(config, order, &reference, amount))
            .flatten(),
        transaction: order.id.as_str().to_owned(),
        currency: order.currency_code.clone()?,
        given_back: refunds.filter_map(given_back).sum(),
        reference,
        amount,
        standing,
    })
}

/// That an order paid. It is for one that no payment of ours has made, so that it names no method.
fn fact(
    config: &Config,
    order: &Order,
    reference: &str,
    amount: u64,
) -> Option<Verified<PlatformFact>> {
    let transaction = order.id.as_str().to_owned();
    Some(Verified::new(PlatformFact {
        account: config.account.clone(),
        reference: reference.to_owned(),
        identity: format!("{transaction}/report"),
        event: PaymentEvent::Part(Part {
            transaction,
            call: String::new(),
            kind: PartKind::Card,
            method: None,
            brand: String::new(),
            amount: Amount::try_from(amount).ok()?,
            status: PartStatus::Accepted,
            code: "success".into(),
            refusal: None,
            parts_expected: None,
            trust: Trust::Ours,
            fingerprint: String::new(),
            at_terminal: None,
        }),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::HttpMethod;
    use crate::netbanx::testing::{ID, PASSWORD, config, golden, play};

    #[test]
    fn a_page_tells_where_the_money_of_each_order_stands() {
        let refund = r#"{"authType":"refund","amount":"101","status":"success"}"#;
        let back = golden("n3").replacen(
            "\"associatedTransactions\":[]",
            &format!("\"associatedTransactions\":[{refund}]"),
            1,
        );
        let gone = golden("n3").replacen("\"reversed\":false", "\"reversed\":true", 1);
        let all = [golden("n1"), &back, golden("n4"), &gone, r#"{"id":"X1"}"#].join(",");
        let report = format!(r#"{{"records":[{all}]}}"#);
        let config = config("");
        let told = play(
            |made| page(&config, 0, made),
            &[(HttpMethod::Get, "/orders?num=50", Ok((200, &report)))],
        );
        let told = told.unwrap();
        assert!(told.last && !format!("{told:?}").contains(PASSWORD));
        let lines: Vec<_> = told
            .lines
            .iter()
            .map(|line| {
                (
                    line.standing,
                    line.amount,
                    line.given_back,
                    line.fact.is_some(),
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                (Standing::Nothing, 1000, 0, false),
                (Standing::Paid, 301, 101, true),
                (Standing::Paid, 301, 0, true),
                (Standing::Nothing, 301, 0, false),
            ]
        );
        assert_eq!(told.lines[1].transaction, ID);
    }
}
