//! SEPA mandates.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2 (initializeMandate,
//! finalizeMandate, searchMandate, getMandateData, getPdfMandate). The names of the answers' fields
//! are not in what could be read: `mandateId` apart, they are the sandbox's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::call::{Call, Fields, Outcome, Refusal, put, put_some, written};
use super::cards::mask;
use super::world::{Choice, Kind, Mandate};

/// `initializeMandate`: the shopper is sent to sign.
pub(crate) fn initialize(call: &mut Call) -> Outcome {
    let id = crate::ids::random_id()
        .get(..16)
        .unwrap_or_default()
        .to_uppercase();
    let made = Mandate {
        merchant: call.merchant.id,
        id: id.clone(),
        iban: call.needed("iban")?.to_ascii_uppercase(),
        customer: call.owned("customerId"),
        alias: call.owned("paymentMeanAlias"),
        status: "PENDING",
        made: call.world.now(),
    };
    call.world.mandates.push(made);
    call.redirect_with(Kind::Mandate, |journey| journey.mandate = Some(id))
}

/// `finalizeMandate`: 60 while the shopper is still there, 94 when it was called before, 17 when
/// the shopper gave up, 05 when the signature failed, 97 when nobody signed within 15 minutes.
pub(crate) fn finalize(call: &mut Call) -> Outcome {
    let (name, journey) = call.back_from(Kind::Mandate)?;
    if journey.finished {
        return Err("94".into());
    }
    let id = journey.mandate.clone().unwrap_or_default();
    let late = call.world.too_late(journey.opened);
    let choice = journey.choice.or(late.then_some(Choice::TimeOut));
    let (status, code) = match choice.ok_or("60")? {
        Choice::Success => ("ACTIVE", "00"),
        Choice::Failure => ("REFUSED", "05"),
        Choice::Abandon => ("ABANDONED", "17"),
        Choice::TimeOut | Choice::Pending => ("EXPIRED", "97"),
    };
    let merchant = call.merchant.id;
    let mut mine = call.world.mandates.iter_mut();
    let mandate = mine
        .find(|known| known.merchant == merchant && known.id == id)
        .ok_or("25")?;
    mandate.status = status;
    let mut fields = shown(mandate);
    put(&mut fields, "responseCode", code);
    call.finish(&name);
    Ok(fields)
}

/// What is told of a mandate.
pub(crate) fn shown(mandate: &Mandate) -> Fields {
    let mut fields = Fields::new();
    put(&mut fields, "mandateId", mandate.id.as_str());
    put(&mut fields, "mandateStatus", mandate.status);
    put(&mut fields, "maskedIban", mask(&mandate.iban));
    put(
        &mut fields,
        "mandateCreationDateTime",
        written(mandate.made),
    );
    put_some(&mut fields, "customerId", mandate.customer.clone());
    put_some(&mut fields, "paymentMeanAlias", mandate.alias.clone());
    fields
}

fn named<'a>(call: &'a Call) -> Result<&'a Mandate, Refusal> {
    let id = call.needed("mandateId")?;
    let merchant = call.merchant.id;
    let mut all = call.world.mandates.iter();
    all.find(|known| known.merchant == merchant && known.id == id)
        .ok_or_else(|| "25".into())
}

/// `searchMandate`: those made with this `customerId`.
pub(crate) fn search(call: &mut Call) -> Outcome {
    let customer = call.needed("customerId")?;
    let merchant = call.merchant.id;
    let mine = |known: &&Mandate| {
        known.merchant == merchant && known.customer.as_deref() == Some(customer)
    };
    let found = call.world.mandates.iter().filter(mine);
    let list: Vec<Value> = found.map(|mandate| Value::Object(shown(mandate))).collect();
    let mut fields = Fields::new();
    put(&mut fields, "mandateList", list);
    Ok(fields)
}

/// `getMandateData`, with the mandate's transactions.
pub(crate) fn data(call: &mut Call) -> Outcome {
    let mandate = named(call)?;
    let mut fields = shown(mandate);
    let mut list = Vec::new();
    for line in &call.world.transactions {
        let uses = matches!(&line.mean, super::books::Mean::Mandate(id) if *id == mandate.id);
        if uses && line.merchant_id == mandate.merchant {
            list.push(json!({
                "transactionReference": line.id.to_string(),
                "amount": line.amount,
                "transactionStatus": line.status.name(),
            }));
        }
    }
    put(&mut fields, "transactionList", list);
    Ok(fields)
}

/// `getPdfMandate`: one page, in base64.
pub(crate) fn pdf(call: &mut Call) -> Outcome {
    let mandate = named(call)?;
    let pdf = one_page(&format!(
        "Mandat SEPA {} - bac a sable, sans valeur",
        mandate.id
    ));
    let mut fields = Fields::new();
    put(&mut fields, "mandateId", mandate.id.as_str());
    put(&mut fields, "mandatePdf", STANDARD.encode(pdf));
    Ok(fields)
}

/// The smallest PDF that shows a line of plain text.
fn one_page(line: &str) -> String {
    let text = format!("BT /F1 12 Tf 40 780 Td ({line}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
         /Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>\nstream\n{text}\nendstream", text.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut out = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let start = out.len();
    out.push_str("xref\n0 6\n0000000000 65535 f \n");
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!(
        "trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    ));
    out
}
