//! Where something stands.

use guichet_domain::payment::{Attention, Money};
use guichet_domain::{PartKind, PartStatus, Refusal, Status};

use crate::words::texts::{AttentionText, StateWords};

pub(super) const STATES: StateWords = StateWords {
    status,
    money,
    part,
    part_status,
    refusal,
    attention,
    surplus: "Paid twice",
    look: "To look at",
    means,
};

fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "Open",
        Status::Pending => "Pending",
        Status::Authorised => "Reserved",
        Status::Paid => "Paid",
        Status::Refused => "Refused",
        Status::Cancelled => "Given up",
        Status::Incomplete => "Incomplete",
        Status::Expired => "Expired",
    }
}

fn money(money: Money) -> &'static str {
    match money {
        Money::Pending => "Pending",
        Money::Expired => "Expired",
        Money::Refused => "Refused",
        Money::Incomplete => "Incomplete",
        Money::Authorised => "Reserved",
        Money::Paid => "Paid",
    }
}

fn part(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Voucher => "Voucher",
        PartKind::Complement => "Card for the rest",
        PartKind::Card => "Card",
        PartKind::Account => "Bank account",
    }
}

fn part_status(status: PartStatus) -> &'static str {
    match status {
        PartStatus::Pending => "Pending",
        PartStatus::Refused => "Refused",
        PartStatus::Accepted => "Accepted",
    }
}

fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Issuer => "the bank refused and gave no reason",
        Refusal::Funds => "not enough money, or a ceiling was reached",
        Refusal::CardData => "number, date or code of the card was wrong",
        Refusal::Authentication => "the strong authentication failed",
        Refusal::NotAccepted => "this card is not taken here",
        Refusal::TimedOut => "the shopper took too long",
        Refusal::Held => "refused, and the bank may hold the amount for days",
        Refusal::Technical => "the platform or the bank could not be reached",
        Refusal::Cancelled => "it was cancelled on the terminal",
        Refusal::Busy => "the terminal was busy",
    }
}

fn attention(attention: Attention) -> AttentionText {
    let (title, meaning, advice) = match attention {
        Attention::PartHeld => (
            "A part is held",
            "One part was taken and the rest was not. The platform may hold that part.",
            "Ask the shopper to pay the rest, or give the part back.",
        ),
        Attention::VoucherUntold => (
            "Nothing was told of the voucher",
            "The card paid the rest of a voucher that the platform said nothing of.",
            "Look the order up by its reference in the platform's back office.",
        ),
        Attention::Surplus => (
            "Paid twice",
            "This payment was paid although another one had paid the order.",
            "Give this one back.",
        ),
        Attention::Overpaid => (
            "More than the total",
            "The parts sum up to more than the order.",
            "Give back what is too much.",
        ),
        Attention::Conflict => (
            "Two stories of one transaction",
            "The platform told of one transaction with different contents.",
            "Look the transaction up in the platform's back office.",
        ),
        Attention::Mismatch => (
            "A part that does not fit",
            "An accepted part does not fit the means or the amount that was asked for.",
            "Look at the parts. Give back what was taken by mistake.",
        ),
        Attention::StillPending => (
            "No final answer",
            "The platform still owes its last word.",
            "Ask the platform. Deliver nothing before it answers.",
        ),
        Attention::Unconfirmed => (
            "Not confirmed",
            "Our own account has not confirmed what a message told.",
            "Ask the platform. If it doesn't know the transaction, the message lied.",
        ),
        Attention::Ineligible => (
            "Too much by meal voucher",
            "Meal vouchers paid more than what they may pay of this order.",
            "The shop answers for that: give the difference back, or keep a note.",
        ),
        Attention::OperationUndecided => (
            "Nobody knows what became of it",
            "What became of a capture, a cancellation or a refund is not known.",
            "Look it up in the platform's back office, then say what you saw.",
        ),
        Attention::Review => (
            "Held until you decide",
            "The platform holds the payment for a person to accept or refuse.",
            "Look at the order, then accept or refuse.",
        ),
        Attention::Offline => (
            "Approved without the bank",
            "The terminal approved it without asking the bank.",
            "See in the platform's portal whether it was settled.",
        ),
        Attention::Differs => (
            "The report differs",
            "The platform's report has it otherwise than the books.",
            "Compare both, and ask the platform which one is right.",
        ),
    };
    AttentionText {
        title,
        meaning,
        advice,
    }
}

fn means(code: &str) -> Option<&'static str> {
    Some(match code {
        "card" => "Bank card",
        "apetiz" => "Apetiz meal voucher",
        "sodexo" => "Pluxee meal voucher",
        "upchequdej" => "Up Déjeuner meal voucher",
        "cvconnect" => "Chèque-Vacances Connect",
        "up2pay_choice" => "Choice at the platform",
        "complement" => "Card for the rest",
        "amex" => "American Express",
        _ => return None,
    })
}
