//! The books while something is wrong with the disk, the file, or who else is there.

use crate::support::{Disk, Stack, StackOptions, fresh_key, until};

#[tokio::test]
async fn a_second_process_on_the_same_books_is_refused_and_told_who_has_them() {
    let mut stack = Stack::usual().await;
    let config = std::fs::read_to_string(stack.config()).unwrap();
    // Another address: nothing but the books is shared.
    let other = config.replacen(
        &format!("listen = \"{}", stack.listen()),
        "listen = \"127.0.0.1:0",
        1,
    );
    assert_ne!(config, other);
    let path = stack.folder().join("other.toml");
    std::fs::write(&path, other).unwrap();
    let serve = ["serve", "--config", path.to_str().unwrap()];
    for _ in 0..2 {
        let (status, _, errors) = stack.guichet(&serve).await;
        let holder = format!(
            "process {} serves these books already",
            stack.backend_process()
        );
        assert_eq!(status, 1, "{errors}");
        assert!(errors.contains(&holder), "{errors}");
        // Who is dead holds nothing.
        stack.kill_backend().await;
        stack.start_backend().await;
    }
    stack.session(4200).await;
}

#[tokio::test]
async fn a_disk_that_was_full_for_a_moment_stops_nothing_once_there_is_space_again() {
    let Some(disk) = Disk::mount() else { return };
    let books = disk.folder().path().join("books.db");
    let stack = Stack::start(StackOptions {
        database_url: format!("sqlite://{}", books.display()),
        ..StackOptions::default()
    })
    .await;
    stack.session(4200).await;
    assert_eq!(stack.get("/readyz").await.status, 200);
    disk.fill(0);
    let order = stack.order(4200);
    let keys: Vec<_> = (0..20).map(|_| fresh_key()).collect();
    for key in &keys {
        let refused = stack.create_session(key, &order).await;
        refused.problem(503, "store_unavailable");
    }
    assert_eq!(stack.get("/readyz").await.status, 503);
    disk.free();
    // At once: nobody waits for a connection to grow old.
    for key in &keys {
        stack.create_session(key, &order).await.expect(201);
    }
    assert_eq!(stack.get("/readyz").await.status, 200);
    let log = stack.backend_log();
    let alerts = log.matches("alert=\"store\"").count();
    assert_eq!(alerts, 1, "said once a minute, not once a request:\n{log}");
    assert!(log.contains("the books can be written again"), "{log}");
}

#[tokio::test]
async fn books_that_were_replaced_while_running_are_noticed_and_take_no_order() {
    let stack = Stack::usual().await;
    let made = stack.session(4200).await;
    let (books, away) = (
        stack.folder().join("books.db"),
        stack.folder().join("away.db"),
    );
    std::fs::rename(&books, &away).unwrap();
    std::fs::copy(&away, &books).unwrap();
    let refused = stack.create_session(&fresh_key(), &stack.order(4200)).await;
    refused.problem(503, "store_unavailable");
    assert_eq!(stack.get("/readyz").await.status, 503);
    assert!(stack.backend_log().contains("alert=\"store\""));
    std::fs::rename(&away, &books).unwrap();
    until("readiness", || async {
        (stack.get("/readyz").await.status == 200).then_some(())
    })
    .await;
    stack.session(4200).await;
    assert_eq!(stack.status(&made).await["status"], "open");
}
