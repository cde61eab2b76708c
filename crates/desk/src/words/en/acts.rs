//! What is done with a payment.

use guichet_domain::desk::Act;

use crate::words::acts::{ActWords, Outcome, SecondWords};

pub(super) const ACTS: ActWords = ActWords {
    meaning,
    amount: "Amount",
    most: "At most {sum}.",
    no_amount: "Write an amount that can be done, such as 12.50.",
    show: "Show what that does",
    changed: "The amount is another one now: nothing was done. Look at it, then confirm.",
    will: "What will be done",
    gives_up: "{sum} of what is reserved can't be taken later: a part is captured once.",
    left_out: "What will not be done, and why",
    why: "Why",
    impossible: "This can't be done now",
    reason: "Reason",
    note: "What was done about it",
    reason_hint: "For whoever reads the books: one line of at most 200 characters.",
    reason_free: "May stay empty. For whoever reads the books: one line of at most 200 characters.",
    no_reason: "Write why, in one line of at most 200 characters.",
    confirm,
    back,
    outcome,
    outcome_meaning,
    again: "Look again",
    parts: "Part by part",
    second: SecondWords {
        needed: "It is more than one person may do alone here: a colleague has to approve it \
                 before anything is done.",
        ask: "Ask a colleague to approve {sum}",
        waits: "Waits for a second person",
        waits_meaning: "A colleague asks for this, and nothing is done before another person has \
                        approved it. Look at the payment and the reason first.",
        asked_by: "Asked for by",
        asked_at: "Asked for",
        until: "Can be approved until",
        own: "You asked for this: another person who does everything has to approve it. They find \
              it under what needs a person.",
        approved: "{person} approved it, {moment}.",
        declined: "{person} declined it, {moment}.",
        lapsed: "Nobody approved it in time: nothing was done.",
        gone: "This waits for nobody any more: its time is over, something else was asked for in \
               its place, or whoever asked may log in no more.",
        own_refused: "You asked for this yourself: another person has to approve it.",
        look: "Look at it",
    },
    undone: "Nothing was done",
    meanwhile: "Something else was done with this payment meanwhile, perhaps by a colleague. Look \
                at the payment and decide again.",
    too_much: "It is more than your role may still give back today: {sum} is left.",
    stale: "This form was used before for something else, or is no longer complete. Open it again \
            from the payment.",
    not_asked: "The platform can't be asked now: the shopper may still be paying, or it has told \
                what became of the payment.",
    under_way: "One of the order's payments may still take money.",
    paid: "The order is paid.",
};

fn meaning(act: Act) -> &'static str {
    match act {
        Act::Capture => "Takes what the platform has reserved.",
        Act::Cancel => "Lets go what the bank was not told of yet: the shopper is never charged.",
        Act::Refund => "Gives money back to the means that paid, and to no other.",
        Act::Accept => "Takes the payment that the platform holds for you to look at.",
        Act::Refuse => "Lets the payment go that the platform holds for you to look at.",
        Act::Approve => "It is done at once, as your colleague asked for it.",
        Act::Decline => "Nothing is done. Your colleague sees that it was you, and why.",
        Act::Expire => "Nobody can start a payment in this checkout any more.",
        Act::Ask => "Asks the platform now what became of this payment. No money moves.",
        Act::Amend => {
            "Has the platform charge it on another day, or another amount. What it has \
             charged before is not changed."
        }
        Act::CallOff => {
            "The platform does not charge it any more. That can’t be taken back: make \
             another one then."
        }
        Act::Replay => "Sends the message to the shop's server again.",
        Act::Check => "Asks it how it is. No money moves.",
        Act::TakeAttention => "Your colleagues see that you look after it, and since when.",
        Act::EndAttention => {
            "Takes it off the list, with your note. It comes back by itself if its cause comes \
             anew."
        }
        Act::Export | Act::ExportJournal | Act::SeeAudit | Act::SeeSettings => "",
    }
}

fn back(act: Act) -> &'static str {
    match act {
        Act::TakeAttention | Act::EndAttention | Act::Approve | Act::Decline => "Back to the list",
        Act::Replay => "Back to the webhooks",
        Act::Check => "Back",
        _ => "Back to the payment",
    }
}

fn confirm(act: Act) -> &'static str {
    match act {
        Act::Capture => "Capture {sum}",
        Act::Cancel => "Cancel {sum}",
        Act::Refund => "Give back {sum}",
        Act::Accept => "Accept the payment",
        Act::Refuse => "Refuse the payment",
        Act::Approve => "Approve {sum}",
        Act::Decline => "Decline",
        Act::Expire => "Close the checkout",
        Act::Ask => "Ask the platform",
        Act::Amend => "Change the rebilling",
        Act::CallOff => "Call the rebilling off",
        Act::Replay => "Send again",
        Act::Check => "Ask how it is",
        Act::TakeAttention => "I look after it",
        Act::EndAttention => "It is done",
        Act::Export | Act::ExportJournal | Act::SeeAudit | Act::SeeSettings => "",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "Done",
        Outcome::PartlyDone => "Partly done",
        Outcome::Pending => "On its way",
        Outcome::Unknown => "Not known yet",
        Outcome::Undecided => "A person has to look",
        Outcome::Refused => "Refused",
    }
}

fn outcome_meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "The platform has done it.",
        Outcome::PartlyDone => "The platform has done some of it and refused the rest.",
        Outcome::Pending => {
            "It will be sent to the platform, or is being sent. Do not ask for it \
                             another way."
        }
        Outcome::Unknown => {
            "It was sent, and the platform has not answered. It is asked again by \
                             itself. Do not ask for it another way."
        }
        Outcome::Undecided => {
            "The platform's answer does not tell whether it was done. Look it up \
                               in the platform's back office."
        }
        Outcome::Refused => "The platform did not do it, and will not.",
    }
}
