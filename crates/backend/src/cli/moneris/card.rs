//! What the gateway does with a saved card, or with a reservation.

use guichet_domain::id::Slug;
use guichet_domain::money::Amount;
use guichet_domain::shopper::ShopperId;
use guichet_providers::contract::{Exchange, Failure, First};
use guichet_providers::moneris::CardAnswer;
use guichet_providers::moneris::operator::{CardWish, Operator, PreparedCard};
use guichet_store::{CardName, KeptCard};

use crate::books::{open_beside, open_to_read};
use crate::cli::terminal::shown;
use crate::clock;
use crate::config::Config;
use crate::platform::Platform;

/// What these actions take beside an amount and a reason.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Of a saved card: its name in the books, as expiring prints it.
    #[arg(long, value_name = "NAME")]
    card: Option<String>,
    /// For res_update_cc and res_add_token: until when the card pays, year and month, as 2907.
    #[arg(long, value_name = "YYMM")]
    expires: Option<String>,
    /// For res_add_token: the temporary token.
    #[arg(long, value_name = "OT")]
    token: Option<String>,
    /// For res_add_token: the shop that names the shopper.
    #[arg(long, value_name = "SHOP", requires = "shopper")]
    shop: Option<String>,
    /// For res_add_token: the shop's own name of the shopper.
    #[arg(long, value_name = "ID", requires = "shop")]
    shopper: Option<String>,
    /// For reauth: the order that was reserved first.
    #[arg(long, value_name = "ORDER")]
    order: Option<String>,
    /// For reauth: the reservation's transaction.
    #[arg(long, value_name = "NUMBER")]
    transaction: Option<String>,
    /// For res_card_verification_cc: the number of the card holder's street.
    #[arg(long, value_name = "TEXT")]
    street_number: Option<String>,
    /// For the same: the street's name.
    #[arg(long, value_name = "TEXT")]
    street_name: Option<String>,
    /// For the same: the postal code.
    #[arg(long, value_name = "TEXT")]
    postal_code: Option<String>,
}

impl Options {
    /// None of it is for that action.
    pub(super) fn none_for(&self, action: &str) -> Result<(), String> {
        let given = [
            ("--card", &self.card),
            ("--expires", &self.expires),
            ("--token", &self.token),
            ("--shop", &self.shop),
            ("--order", &self.order),
            ("--transaction", &self.transaction),
            ("--street-number", &self.street_number),
            ("--street-name", &self.street_name),
            ("--postal-code", &self.postal_code),
        ];
        match given.into_iter().find(|(_, given)| given.is_some()) {
            Some((option, _)) => Err(format!("{action} takes no {option}")),
            None => Ok(()),
        }
    }

    /// The shopper that a card is added to.
    fn owner(&self) -> Result<Option<(Slug, ShopperId)>, String> {
        let (Some(shop), Some(shopper)) = (&self.shop, &self.shopper) else {
            return Ok(None);
        };
        let shop = Slug::try_from(shop.clone()).map_err(|e| format!("--shop {}", e.detail))?;
        let shopper = ShopperId::try_from(shopper.clone());
        let shopper = shopper.map_err(|error| format!("--shopper {}", error.detail))?;
        Ok(Some((shop, shopper)))
    }
}

/// What is to be done beside what [`Options`] say.
pub(super) struct Wanted {
    pub(super) account: Slug,
    pub(super) operator: Operator,
    pub(super) config: Config,
    pub(super) action: String,
    pub(super) amount: Option<Amount>,
    pub(super) reason: Option<String>,
    pub(super) dry_run: bool,
    /// Never used before.
    pub(super) order: String,
}

/// Asks the gateway and prints. Text, and the exit status.
pub(super) async fn act(options: &Options, wanted: Wanted) -> Result<(String, u8), String> {
    let Wanted {
        account,
        operator,
        config,
        order,
        ..
    } = wanted;
    let kept = match &options.card {
        Some(name) => Some(of_books(&config, &account, name).await?),
        None => None,
    };
    let owner = match &kept {
        Some(own) => {
            let shop = Slug::try_from(own.shop.clone()).map_err(|error| error.detail)?;
            let shopper = ShopperId::try_from(own.shopper.clone());
            Some((shop, shopper.map_err(|error| error.detail)?))
        }
        None => options.owner()?,
    };
    let wish = CardWish {
        action: wanted.action,
        card: kept.map(|own| First {
            card: own.card,
            proof: own.proof,
        }),
        owner: owner.clone(),
        amount: wanted.amount,
        reason: wanted.reason,
        expires: options.expires.clone(),
        address: [
            options.street_number.clone(),
            options.street_name.clone(),
            options.postal_code.clone(),
        ],
        token: options.token.clone(),
        original: [options.order.clone(), options.transaction.clone()],
    };
    let prepared = operator.prepare_card(wish, &order)?;
    if wanted.dry_run {
        return Ok((format!("{}\n", operator.card_shown(&prepared)), 0));
    }
    let answer = ask(&operator, &prepared, &order).await?;
    if let (Some(first), Some((shop, shopper))) = (&answer.added, &owner) {
        let card = CardName {
            account: &account,
            shop,
            shopper,
            card: &first.card,
        };
        keep(&config, &card, &first.proof).await?;
    }
    Ok((lines(&answer), u8::from(!answer.done)))
}

async fn ask(
    operator: &Operator,
    prepared: &PreparedCard<'_>,
    order: &str,
) -> Result<CardAnswer, String> {
    let platform = Platform::new(1).map_err(|error| error.to_string())?;
    let step = |made: &[Exchange]| operator.card_step(prepared, made);
    match platform.exchange(step).await {
        Ok(answer) => Ok(answer),
        Err(Failure::Unreachable) => {
            Err("the gateway does not answer; nothing was sent".to_owned())
        }
        Err(Failure::Unknown) => Err(format!(
            "what became of it is not known: look in the merchant portal for order {order} before \
             you try again"
        )),
        Err(failure) => Err(shown(&format!("{failure:?}"))),
    }
}

/// What the books keep of the card of that name.
async fn of_books(config: &Config, account: &Slug, name: &str) -> Result<KeptCard, String> {
    let opened = open_to_read(config).await;
    let store = opened.map_err(|error| shown(&format!("{error:#}")))?;
    let kept = store.first_payments(account, None).await;
    store.close().await;
    let kept = kept.map_err(|error| shown(&error.to_string()))?;
    let found = kept.into_iter().find(|own| own.card == name);
    found.ok_or_else(|| {
        format!(
            "--card {:?} is no saved card of this account in the books",
            shown(name)
        )
    })
}

async fn keep(config: &Config, card: &CardName<'_>, proof: &str) -> Result<(), String> {
    let opened = open_beside(config).await;
    let store = opened.map_err(|error| shown(&format!("{error:#}")))?;
    let kept = store
        .keep_first_payment(card, proof, clock::unix_now())
        .await;
    store.close().await;
    kept.map_err(|error| {
        let why = shown(&error.to_string());
        format!("the gateway has added the card, and the books have not: {why}")
    })
}

fn lines(answer: &CardAnswer) -> String {
    let added = answer
        .added
        .as_ref()
        .map(|first| ("card", first.card.clone()));
    let all = answer.told.iter().cloned().chain(added);
    let line = |(name, text): (&str, String)| format!("{name:<14} {}\n", shown(&text));
    let word = if answer.done { "done" } else { "not done" };
    let told: String = all.map(line).collect();
    format!("{word}\n{told}")
}
