//! Post-backs: the receipt, to the address that the command named. Nobody signs it.

use std::time::Duration;

use super::command::told;
use super::world::{Command, Sent};
use crate::app::{App, Shared};

/// How long an address is looked at.
const PROBE: Duration = Duration::from_secs(5);

/// Whether there is somebody at that address.
pub(super) async fn probe(app: &App, order: &str, address: &str) -> bool {
    if !app.settings.may_notify(address) {
        return false;
    }
    let answer = app.http.get(address).timeout(PROBE).send().await.ok();
    let status = answer.map(|answer| answer.status().as_u16());
    log(app, order, true, status);
    status.is_some_and(|status| status < 400)
}

/// Tells that a command is over, beside what goes on.
pub(super) fn spawn(app: &Shared, command: &Command) {
    let Some(address) = command.post_back.clone() else {
        return;
    };
    let (times, body) = {
        let world = app.moneris();
        let times = match (world.faults.post_back_lost, world.faults.post_back_twice) {
            (true, _) => 0,
            (false, true) => 2,
            (false, false) => 1,
        };
        (times, told(&world, command, None))
    };
    let (app, order) = (Shared::clone(app), command.order.clone());
    tokio::spawn(async move {
        for _ in 0..times {
            if !app.settings.may_notify(&address) {
                return;
            }
            let answer = app.http.post(&address).json(&body).send().await.ok();
            log(
                &app,
                &order,
                false,
                answer.map(|answer| answer.status().as_u16()),
            );
        }
    });
}

fn log(app: &App, order: &str, probe: bool, status: Option<u16>) {
    app.moneris().sent.push(Sent {
        order: order.to_owned(),
        probe,
        status,
    });
}
