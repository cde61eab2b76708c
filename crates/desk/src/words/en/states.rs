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
    AttentionText {
        title: title(attention),
        meaning: meaning(attention),
        advice: advice(attention),
    }
}

fn title(attention: Attention) -> &'static str {
    match attention {
        Attention::PartHeld => "A part is held",
        Attention::VoucherUntold => "Nothing was told of the voucher",
        Attention::Surplus => "Paid twice",
        Attention::Overpaid => "More than the total",
        Attention::Conflict => "Two stories of one transaction",
        Attention::Mismatch => "A part that does not fit",
        Attention::StillPending => "No final answer",
        Attention::Unconfirmed => "Not confirmed",
        Attention::Ineligible => "Too much by meal voucher",
        Attention::OperationUndecided => "Nobody knows what became of it",
        Attention::Review => "Held until you decide",
        Attention::Offline => "Approved without the bank",
        Attention::Differs => "The report differs",
        Attention::ChangeUntold => "A change did not arrive",
        Attention::ChangeLost => "Charged as before a change",
    }
}

fn meaning(attention: Attention) -> &'static str {
    match attention {
        Attention::PartHeld => {
            "One part was taken and the rest was not. The platform may hold that part."
        }
        Attention::VoucherUntold => {
            "The card paid the rest of a voucher that the platform said nothing of."
        }
        Attention::Surplus => "This payment was paid although another one had paid the order.",
        Attention::Overpaid => "The parts sum up to more than the order.",
        Attention::Conflict => "The platform told of one transaction with different contents.",
        Attention::Mismatch => {
            "An accepted part does not fit the means or the amount that was asked for."
        }
        Attention::StillPending => "The platform still owes its last word.",
        Attention::Unconfirmed => "Our own account has not confirmed what a message told.",
        Attention::Ineligible => "Meal vouchers paid more than what they may pay of this order.",
        Attention::OperationUndecided => {
            "What became of a capture, a cancellation or a refund is not known."
        }
        Attention::Review => "The platform holds the payment for a person to accept or refuse.",
        Attention::Offline => "The terminal approved it without asking the bank.",
        Attention::Differs => "The platform's report has it otherwise than the books.",
        Attention::ChangeUntold => {
            "The platform could not be told the new amount or day: it may charge as before."
        }
        Attention::ChangeLost => {
            "A new amount or day came too late or was refused: it is charged as before."
        }
    }
}

fn advice(attention: Attention) -> &'static str {
    match attention {
        Attention::PartHeld => "Ask the shopper to pay the rest, or give the part back.",
        Attention::VoucherUntold => {
            "Look the order up by its reference in the platform's back office."
        }
        Attention::Surplus => "Give this one back.",
        Attention::Overpaid => "Give back what is too much.",
        Attention::Conflict => "Look the transaction up in the platform's back office.",
        Attention::Mismatch => "Look at the parts. Give back what was taken by mistake.",
        Attention::StillPending => "Ask the platform. Deliver nothing before it answers.",
        Attention::Unconfirmed => {
            "Ask the platform. If it doesn't know the transaction, the message lied."
        }
        Attention::Ineligible => {
            "The shop answers for that: give the difference back, or keep a note."
        }
        Attention::OperationUndecided => {
            "Look it up in the platform's back office, then say what you saw."
        }
        Attention::Review => "Look at the order, then accept or refuse.",
        Attention::Offline => {
            "See in the platform's portal whether it was settled, then accept or refuse it."
        }
        Attention::Differs => "Compare both, and ask the platform which one is right.",
        Attention::ChangeUntold => {
            "It is told again by itself. Before its day, change it in the platform's back office."
        }
        Attention::ChangeLost => "Give back what was charged too much, or charge the rest.",
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
