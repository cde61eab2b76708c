//! Every way to pay, in shops whose transactions are named by the platform or by a number.

use super::*;

#[test]
fn a_card_that_needs_no_challenge_is_ordered_once_its_name_is_written_down() {
    both(|shop| {
        let (end, sent) = shop.pay(&[(ENROL, Ok(shop.says(STRAIGHT)))]);
        let proceeded = end.unwrap();
        shop.is_new(&sent[0]);
        assert!(proceeded.facts.is_empty() && proceeded.next_action.is_none());
        let memo = proceeded.memo.unwrap();
        let (end, sent) = shop.finalise(&memo, &[(ORDER, Ok(shop.says(PAID)))]);
        shop.is_paid(&end.unwrap());
        shop.is_named(&sent[0]);
        assert_eq!(sent[0].text("redirectionData"), Some("D"));
    });
}

#[test]
fn a_challenge_leaves_and_is_ordered_after_the_return() {
    both(|shop| {
        let (end, sent) = shop.pay(&[(ENROL, Ok(shop.says(AWAY)))]);
        let proceeded = end.unwrap();
        shop.is_new(&sent[0]);
        let leaves = matches!(proceeded.next_action, Some(NextAction::FormPost { .. }));
        assert!(leaves && proceeded.facts.is_empty());
        let (end, sent) = shop.finalise(&proceeded.memo.unwrap(), &[(ORDER, Ok(PAID))]);
        shop.is_paid(&end.unwrap());
        shop.is_named(&sent[0]);
    });
}

#[test]
fn a_soft_decline_is_a_refusal_without_a_second_try() {
    let soft = r#"{"responseCode":"05","acquirerResponseCode":"A1"}"#;
    both(|shop| {
        let (end, sent) = shop.finalise(&shop.opened(STRAIGHT), &[(ORDER, Ok(soft))]);
        let proceeded = end.unwrap();
        let part = part_of(&proceeded.facts, shop.world.reference);
        let refused = (PartStatus::Refused, Some(Refusal::Authentication));
        assert_eq!((part.status, part.refusal), refused);
        assert!(proceeded.next_action.is_none());
        assert_eq!(sent.len(), 1);
    });
}

#[test]
fn a_card_that_is_to_be_saved_is_saved_after_the_later_order() {
    let paid = naming(
        r#""tokenPan":"490700wTjS9D5677","panExpiryDate":"203012""#,
        PAID,
    );
    both(|mut shop| {
        let adds = with(table(shop.identity), "add_cards = true");
        shop.config = testing::read(adds, Environment::Sandbox).unwrap();
        shop.world.is_known("customer-42");
        let (end, _) = shop.proceed(None, token(true), &[(ENROL, Ok(shop.says(STRAIGHT)))]);
        let memo = end.unwrap().memo.unwrap();
        let (end, _) = shop.finalise(&memo, &[(ORDER, Ok(paid))]);
        assert!(end.unwrap().save.is_some(), "{}", shop.identity);
    });
}

#[test]
fn a_saved_card_is_ordered_once_its_name_is_written_down() {
    let wallet = r#"{"walletResponseCode":"00","walletPaymentMeanDataList":[
        {"paymentMeanId":"1","maskedPan":"5017##########0400"}]}"#;
    both(|mut shop| {
        shop.world.is_known("customer-42");
        shop.world.by = By::ShopperWith { card: "1" };
        let (end, _) = shop.begin(&[("getWalletData", Ok(wallet))]);
        let begun = end.unwrap();
        assert_eq!(begun.next, Next::Proceed);
        for opening in [STRAIGHT, AWAY] {
            let script = [("walletCheckEnrollment", Ok(shop.says(opening)))];
            let (end, sent) = shop.proceed(begun.memo.as_deref(), Given::Nothing, &script);
            let proceeded = end.unwrap();
            shop.is_new(&sent[0]);
            assert!(proceeded.facts.is_empty());
            assert_eq!(proceeded.next_action.is_some(), opening == AWAY);
            let (end, sent) = shop.finalise(&proceeded.memo.unwrap(), &[(ORDER, Ok(PAID))]);
            shop.is_paid(&end.unwrap());
            shop.is_named(&sent[0]);
        }
    });
}

#[test]
fn a_wallet_with_a_page_of_its_own_is_finalised_by_the_name_that_was_told() {
    both(|mut shop| {
        shop.world.choose("sogenactif_paypal");
        let opening = ("paymentProviderInitialize", Ok(shop.says(AWAY)));
        let (end, sent) = shop.begin(&[opening]);
        shop.is_new(&sent[0]);
        let memo = end.unwrap().memo.unwrap();
        let (end, sent) = shop.finalise(&memo, &[("paymentProviderFinalize", Ok(PAID))]);
        shop.is_paid(&end.unwrap());
        shop.is_named(&sent[0]);
    });
}

#[test]
fn a_transfer_is_finalised_by_the_name_that_was_told() {
    let bank = r#"{"responseCode":"00","issuerList":[{"issuerCode":"B1","issuerName":"Bank"}]}"#;
    both(|mut shop| {
        shop.world.choose("sogenactif_ideal");
        let opening = ("creditTransferInitialize", Ok(shop.says(AWAY)));
        let (end, _) = shop.begin(&[("creditTransferInquire", Ok(bank))]);
        let memo = end.unwrap().memo;
        let (end, by_bank) = shop.proceed(memo.as_deref(), Given::Bank("B1"), &[opening]);
        let chosen = end.unwrap().memo.unwrap();
        let no_bank = r#"{"responseCode":"00"}"#;
        let (end, at_once) = shop.begin(&[("creditTransferInquire", Ok(no_bank)), opening]);
        let unchosen = end.unwrap().memo.unwrap();
        shop.is_new(&by_bank[0]);
        shop.is_new(&at_once[1]);
        for memo in [chosen, unchosen] {
            let script = [("creditTransferFinalizeAndOrder", Ok(PAID))];
            let (end, sent) = shop.finalise(&memo, &script);
            let proceeded = end.unwrap();
            shop.is_paid(&proceeded);
            let part = part_of(&proceeded.facts, shop.world.reference);
            assert_eq!(part.kind, PartKind::Account);
            shop.is_named(&sent[0]);
        }
    });
}

#[test]
fn a_number_belongs_to_the_day_that_the_platform_says() {
    let shop = s10();
    let next = r#""s10TransactionReference":
        {"s10TransactionId":"000042","s10TransactionIdDate":"20260302"}"#;
    for opening in [STRAIGHT, AWAY] {
        let (end, _) = shop.pay(&[(ENROL, Ok(naming(next, opening)))]);
        let memo = end.unwrap().memo.unwrap();
        let (end, sent) = shop.finalise(&memo, &[(ORDER, Ok(naming(next, PAID)))]);
        let day = json(&format!("{{{next}}}"));
        let sent = sent[0].get("s10TransactionReference");
        assert_eq!(sent, day.get("s10TransactionReference"));
        let facts = end.unwrap().facts;
        let part = part_of(&facts, shop.world.reference);
        assert_eq!(part.transaction, "20260302000042");
        // The number of the day before is another payment's.
        let (end, _) = shop.finalise(&memo, &[(ORDER, Ok(shop.says(PAID)))]);
        assert_eq!(end.unwrap_err(), Failure::Unknown);
    }
}

#[test]
fn a_refused_opening_is_a_fact_by_its_name_or_ours() {
    both(|shop| {
        let refused = r#"{"responseCode":"14"}"#;
        for (answer, text) in [
            (shop.says(refused), shop.text),
            (refused, shop.world.reference),
        ] {
            let (end, _) = shop.pay(&[(ENROL, Ok(answer))]);
            let facts = end.unwrap().facts;
            let part = part_of(&facts, shop.world.reference);
            assert_eq!(
                (part.status, part.refusal),
                (PartStatus::Refused, Some(Refusal::CardData))
            );
            assert_eq!(part.transaction, text);
        }
    });
}
