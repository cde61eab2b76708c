//! English.

use super::texts::Words;

/// The texts.
pub(super) static WORDS: Words = Words {
    order: "Order {reference}",
    to_pay: "Amount to pay",
    choose: "How would you like to pay?",
    choose_other: "Choose another way to pay",
    pay: "Pay {amount}",
    pay_busy: "One moment…",
    card: "Bank card",
    card_other: "Another card",
    direct_debit: "SEPA direct debit",
    terminal: "Card on the terminal",
    saved_name: "{brand}, card ending in {digits}",
    saved_expires: "expires {date}",
    saved_remove: "Remove",
    saved_remove_this: "Remove the {brand} card ending in {digits}",
    saved_confirm: "Remove this card?",
    saved_keep: "Keep",
    saved_removed: "The card is removed.",
    saved_failed: "The card could not be removed. Try again in a moment.",
    save_card: "Save this card for my next purchases",
    platform_choice: "Choose on the payment page",
    formerly: "formerly {name}",
    next_wallet: "You will pay on {brand}’s page, then come back here.",
    next_card: "You will enter your card on the secure payment page, then come back here.",
    next_transfer: "You will choose your bank and confirm the payment there, then come back here.",
    next_debit: "You will give your IBAN and sign a direct debit mandate, then come back here.",
    next_terminal: "Present your card at the counter’s payment terminal.",
    next_embedded: "Entered securely here, without leaving the shop.",
    next_meal: "The payment page will charge your {brand} card first. If that is not enough, it \
        will then ask for a bank card.",
    next_holiday: "You will confirm the payment with your Chèque-Vacances Connect account. If \
        that is not enough, the page will then ask for a bank card.",
    next_choice: "The payment page will offer every way to pay that the shop accepts.",
    eligible_meal: "Meal vouchers: up to {eligible} of {total}. {shop} sets this limit and answers \
        for it; the payment page does not check it.",
    voucher_daily: "By law, meal vouchers pay at most {limit} a day.",
    voucher_rest_days: "Your card may be refused on Sundays and public holidays.",
    below_minimum: "For purchases from {limit}",
    above_maximum: "For purchases up to {limit}",
    choose_first: "Choose a way to pay first.",
    elsewhere_title: "A payment may already be under way",
    elsewhere_body: "It may still be open on the payment page or in another tab. Finish it there \
        if you can.",
    confirm_title: "Start a second payment?",
    confirm_body: "If the payment that is already open goes through as well, you will be charged \
        twice. The shop will then have to refund one of them.",
    confirm_pay: "Pay {amount} anyway",
    confirm_stay: "Don’t pay now",
    card_title: "Your bank card",
    card_body: "The fields below are the payment platform’s own: {shop} does not see your card’s \
        details.",
    card_opening: "Opening the card fields…",
    card_number: "Card number",
    card_expiry: "Expiry date",
    card_code: "Security code",
    number_empty: "Enter your card’s number.",
    expiry_empty: "Enter the expiry date.",
    code_empty: "Enter the security code.",
    number_wrong: "This card number is not valid. Check it.",
    expiry_wrong: "This date is not valid, or it has passed.",
    code_wrong: "This code is not complete. It is usually on the back of the card.",
    card_brand: "Pay with",
    card_unread: "Your card could not be checked. Nothing was paid. Check your connection, then \
        try again.",
    card_unreachable: "The payment platform can’t be reached at the moment. Nothing was paid. Try \
        again in a moment.",
    card_unknown: "We have had no answer. Try again: it is the same payment that goes on, you will \
        not pay twice.",
    card_retype: "The payment platform asks for the card to be entered once more.",
    ask_title: "Your bank",
    ask_bank: "Bank at which you will confirm the payment",
    bank_choose: "Choose from the list",
    bank_other: "Another bank, on the next page",
    bank_empty: "Choose your bank.",
    bank_wrong: "This bank is not available. Choose another one.",
    ask_iban: "IBAN of the account to debit",
    iban_empty: "Enter your IBAN.",
    iban_wrong: "This IBAN is not valid: a character is mistyped. Compare it with your bank’s.",
    iban_characters: "An IBAN begins with two letters, and has letters and digits only.",
    iban_length: "This IBAN is not valid: it is too short or too long. Compare it with your \
                  bank’s.",
    iban_country: "An account in this country can’t be debited here. Use another account, or \
        choose another way to pay.",
    mandate: "By signing the mandate, you authorise {shop} to ask your bank to debit your account, \
        and your bank to debit it. You can claim the money back from your bank within 8 weeks of \
        the debit.",
    mandate_next: "You will sign the mandate on the next page.",
    go_on: "Continue",
    leaving_title: "Opening the payment page",
    leaving_body: "You will enter your details on the secure payment page. Don’t close this \
        window.",
    waiting_title: "Waiting for confirmation",
    waiting_body: "We are waiting for the payment platform’s answer. This page updates by itself: \
        there is no need to pay a second time.",
    waiting_other: "I haven’t paid: show the ways to pay",
    terminal_title: "Follow the terminal",
    terminal_body: "{amount} to pay at {till}: present your card and do what the terminal says. \
        Its red key cancels.",
    terminal_left: "It waits for {minutes} min more.",
    paid_title: "Payment accepted",
    paid_body: "Thank you! {shop} has received your payment of {amount}.",
    paid_debit: "Thank you! {shop} will debit {amount} from your account.",
    authorised_title: "Payment authorised",
    authorised_body: "Thank you! {amount} is reserved. {shop} will take it when your order is \
        processed.",
    parts: "Payment details",
    part_voucher: "{brand} voucher",
    part_complement: "Rest by bank card",
    part_card: "Bank card",
    part_pending: "pending",
    part_refused: "refused",
    refused_title: "Payment refused",
    refusal_issuer: "Your bank or the voucher’s issuer refused this payment without giving a \
        reason.",
    refusal_funds: "This card’s balance or limit is too low for this amount.",
    refusal_card_data: "The number, the date or the security code is wrong, or the card has \
        expired.",
    refusal_authentication: "The authentication that your bank asked for did not succeed.",
    refusal_not_accepted: "This card is not accepted for this payment.",
    refusal_timed_out: "Time ran out on the payment page.",
    refusal_held: "Refused. Your bank may show the amount as reserved for a few days; it is not \
        taken.",
    refusal_technical: "The bank or the platform did not answer in time.",
    refusal_cancelled: "The payment was cancelled on the terminal.",
    refusal_busy: "The terminal is busy with another payment. Nothing was started. Try again in a \
        moment.",
    cancelled_title: "Payment abandoned",
    cancelled_body: "You left the payment page before the end. Your order is not paid.",
    incomplete_title: "Payment incomplete",
    incomplete_body: "{accepted} of {total} was accepted. The rest was not paid: your order is not \
        settled.",
    held_title: "A part may be held",
    held_body: "The part paid by voucher, {accepted}, may be held by its issuer. If it is not \
        given back to you, contact {shop} and mention order {reference}.",
    held_full: "A new payment is for the full total: {total}.",
    surplus_title: "A second payment was also taken",
    surplus_body: "{accepted} was taken in addition for this order. Contact {shop} and mention \
        {reference} to be refunded.",
    no_more: "No further payment is possible here. Contact {shop} and mention order {reference}.",
    expired_title: "The time to pay has run out",
    expired_body: "Go back to your basket to start again.",
    expired_started: "If you have just paid, the shop will be told: check your order before you \
        pay again.",
    paid_elsewhere_title: "This order is already paid",
    paid_elsewhere_body: "It was paid on another page. There is nothing more to pay here. If in \
        doubt, contact {shop} and mention order {reference}.",
    offline_title: "Connection lost",
    offline_body: "The payment service does not answer. Check your connection: your choice is \
        kept, and we will check where the payment stands before going on.",
    broken_title: "Payment is not available",
    broken_body: "This page can’t take a payment at the moment. Contact the shop; trying again \
        will not help.",
    broken_retry: "The payment service has a problem. Try again in a moment.",
    retry: "Try again",
    trouble_platform: "The payment page can’t be reached at the moment. No payment was started. \
        Try again in a moment.",
    trouble_method: "This way to pay is no longer offered. Choose another one.",
    trouble_too_many: "Too many payments were started for this order. Contact the shop.",
    trouble_fields: "The card fields don’t open. Nothing was paid. Try again, or choose another \
        way to pay.",
    trouble_expired: "The time to enter this has run out. Press the pay button to begin again.",
    trouble_card: "This card is no longer saved. Choose another way to pay.",
    trouble_leave: "This page keeps your browser from going to the payment page. Nothing was paid. \
        Choose another way to pay, or contact the shop.",
    trouble_other: "The payment could not start. Try again in a moment.",
    back_to_shop: "Back to {shop}",
    link_title: "Pay for your order",
    link_body: "This link works once. Continue to choose how to pay.",
    link_over: "This link has been used already or has run out. Ask the shop for a new one.",
};
