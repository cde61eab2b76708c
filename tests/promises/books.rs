//! The books while something is wrong with the disk, the file, or who else is there.

use std::process::Stdio;

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::support::{CARD_AT_ONCE, Disk, Stack, StackOptions, fresh_key, rounds, skipped, until};

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
    for _ in 0..rounds(1) {
        let Some(disk) = Disk::mount() else { return };
        full_for_a_moment(&disk).await;
    }
}

async fn full_for_a_moment(disk: &Disk) {
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

#[tokio::test]
async fn a_platform_is_asked_once_though_its_answer_can_not_be_recorded_for_a_while() {
    let stack = Stack::usual().await;
    // What our own account says can't be written; everything else can.
    stack
        .alter(
            "CREATE TRIGGER t BEFORE INSERT ON events WHEN NEW.source = 'query'
            BEGIN SELECT RAISE(ABORT, 'injected'); END",
        )
        .await;
    let mut paid = Vec::new();
    for _ in 0..3 {
        let checkout = stack.session(4200).await;
        let (started, _) = stack.pay_by_card(&checkout, CARD_AT_ONCE).await;
        paid.push((checkout, started));
    }
    until("answers that can't be recorded", || async {
        let log = stack.backend_log();
        (log.matches("an answer could not be recorded").count() >= 9).then_some(())
    })
    .await;
    for (checkout, started) in &paid {
        assert_eq!(stack.status(checkout).await["status"], "pending");
        let asked = stack.questions(started).await;
        assert_eq!(asked, [(1, "asking".to_owned())], "asked about once");
    }
    assert_eq!(stack.platform_questions().await, 3);
    // Numbers are drawn in blocks of 32: three questions take of one.
    assert_eq!(stack.numbers_drawn().await, 32);
    stack.alter("DROP TRIGGER t").await;
    for (checkout, started) in &paid {
        stack.wait_status(checkout, "paid").await;
        assert_eq!(stack.questions(started).await, [(1, "agreed".to_owned())]);
    }
    assert_eq!(stack.platform_questions().await, 3);
}

#[tokio::test]
async fn a_platform_is_not_asked_while_the_books_can_not_take_that_it_is() {
    let stack = Stack::usual().await;
    stack.faults(json!({ "ppps_down": true })).await;
    let checkout = stack.session(4200).await;
    let (started, _) = stack.pay_by_card(&checkout, CARD_AT_ONCE).await;
    stack.wait_asked(&started, 1).await;
    stack.no_faults().await;
    let asked = stack.platform_questions().await;
    stack
        .alter(
            "CREATE TRIGGER t BEFORE UPDATE ON questions WHEN NEW.state = 'asking'
            BEGIN SELECT RAISE(ABORT, 'injected'); END",
        )
        .await;
    stack.ask_again(&started).await;
    until("questions that can't be taken", || async {
        let log = stack.backend_log();
        (log.matches("what is due could not be read").count() >= 3).then_some(())
    })
    .await;
    assert_eq!(stack.platform_questions().await, asked);
    stack.alter("DROP TRIGGER t").await;
    stack.wait_status(&checkout, "paid").await;
    assert_eq!(stack.platform_questions().await, asked + 1);
}

#[tokio::test]
async fn a_question_put_off_by_a_clock_that_was_ahead_is_brought_nearer_by_itself() {
    let stack = Stack::usual().await;
    stack.faults(json!({ "ppps_down": true })).await;
    let checkout = stack.session(4200).await;
    let (started, _) = stack.pay_by_card(&checkout, CARD_AT_ONCE).await;
    stack.wait_asked(&started, 1).await;
    stack
        .alter("UPDATE questions SET next_try_at = unixepoch() + 7200")
        .await;
    until("a question that is due within ten minutes", || async {
        let wait = stack.longest_wait().await;
        (wait <= 600).then_some(())
    })
    .await;
}

/// Starts counting the flushes of the backend. None, and a word why, where it can't be traced.
async fn trace(stack: &Stack) -> Option<(tokio::process::Child, std::path::PathBuf)> {
    let file = stack.folder().join("trace");
    let mut strace = tokio::process::Command::new("strace");
    strace
        .args(["-f", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(&file)
        .args(["-p", &stack.backend_process().to_string()])
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true);
    let mut strace = strace.spawn().ok();
    if let Some(child) = &mut strace {
        let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
        while let Ok(Some(line)) = told.next_line().await {
            if line.contains("attached") {
                // It goes on telling of threads; its pipe must stay open.
                tokio::spawn(async move { while let Ok(Some(_)) = told.next_line().await {} });
                return strace.map(|strace| (strace, file));
            }
        }
    }
    skipped("counting flushes needs strace, and the right to trace");
    None
}

#[tokio::test]
async fn a_paid_order_is_at_most_five_flushes_to_disk() {
    let stack = Stack::usual().await;
    let order = async || {
        let checkout = stack.session(4200).await;
        let (_, back) = stack.pay_by_card(&checkout, CARD_AT_ONCE).await;
        stack.wait_status(&checkout, "paid").await;
        stack.come_back(&back).await;
    };
    // The first draws a block of numbers.
    order().await;
    let Some((mut strace, file)) = trace(&stack).await else {
        return;
    };
    order().await;
    let pid = strace.id().unwrap().to_string();
    let ended = tokio::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(ended.await.unwrap().success());
    strace.wait().await.unwrap();
    let trace = std::fs::read_to_string(file).unwrap();
    // A call that another thread interrupts is two lines.
    let lines = trace.lines().filter(|line| !line.contains("resumed"));
    let flushes = lines.filter(|line| line.contains("sync(")).count();
    // The session, the payment, the notification, our account's word, the return.
    assert!((4..=5).contains(&flushes), "{flushes} flushes:\n{trace}");
}

#[tokio::test]
async fn a_backup_of_running_books_has_all_that_was_acknowledged_and_overwrites_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let stack = Stack::usual().await;
    let (checkout, _) = stack.paid_session(4200).await;
    let copy = stack.folder().join("copy.db");
    let backup = ["backup", copy.to_str().unwrap()];
    // Others go on ordering meanwhile.
    let (told, others) = tokio::join!(stack.guichet(&backup), async {
        for _ in 0..50 {
            stack.session(4200).await;
        }
    });
    let ((status, told, errors), ()) = (told, others);
    assert_eq!(status, 0, "{errors}");
    assert!(told.contains("1 payments; checked, and on disk"), "{told}");
    let mode = std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let before = std::fs::read(&copy).unwrap();
    let (status, _, errors) = stack.guichet(&backup).await;
    assert_eq!(status, 1);
    assert!(errors.contains("is there already"), "{errors}");
    assert_eq!(std::fs::read(&copy).unwrap(), before);
    let restored = Stack::start(StackOptions {
        database_url: format!("sqlite://{}", copy.display()),
        ..StackOptions::default()
    })
    .await;
    assert_eq!(restored.truth(&checkout).await["status"], "paid");
}

#[tokio::test]
async fn no_backup_is_made_of_books_that_are_not_there() {
    let mut stack = Stack::usual().await;
    stack.stop_backend().await;
    let (books, copy) = (
        stack.folder().join("books.db"),
        stack.folder().join("copy.db"),
    );
    std::fs::remove_file(&books).unwrap();
    let (status, _, errors) = stack.guichet(&["backup", copy.to_str().unwrap()]).await;
    assert_eq!(status, 1);
    assert!(errors.contains("there is no file"), "{errors}");
    assert!(!books.exists() && !copy.exists());
}

/// Nothing that a start reads by itself is there.
fn damage_last_page(stack: &Stack) {
    use std::io::{Seek as _, SeekFrom, Write as _};
    let books = std::fs::File::options()
        .write(true)
        .open(stack.folder().join("books.db"));
    let mut books = books.unwrap();
    let pages = books.metadata().unwrap().len() / 4096;
    books.seek(SeekFrom::Start((pages - 1) * 4096)).unwrap();
    books.write_all(&[0xa5; 4096]).unwrap();
}

#[tokio::test]
async fn damage_that_is_met_while_the_backend_runs_is_told_and_it_is_not_ready_any_more() {
    let mut stack = Stack::usual().await;
    let mut made = Vec::new();
    for _ in 0..30 {
        made.push(stack.session(4200).await);
    }
    // A stop puts into the file what its log holds.
    stack.stop_backend().await;
    stack.start_backend().await;
    damage_last_page(&stack);
    assert_eq!(stack.get("/readyz").await.status, 200);
    let mut unread = 0;
    for checkout in &made {
        unread += u32::from(stack.checkout_session(checkout).await.status == 503);
    }
    assert!(unread > 0, "none of them was on that page");
    assert_eq!(stack.get("/readyz").await.status, 503);
    let log = stack.logged(&["alert=\"store\"", "damaged"]).await;
    assert_eq!(log.matches("alert=\"store\"").count(), 1, "{log}");
}

#[tokio::test]
async fn books_that_are_damaged_are_refused_at_the_start_and_backed_up_by_nobody() {
    let mut stack = Stack::usual().await;
    for _ in 0..30 {
        stack.session(4200).await;
    }
    stack.stop_backend().await;
    damage_last_page(&stack);
    let config = stack.config();
    let copy = stack.folder().join("copy.db");
    let (config, to) = (config.to_str().unwrap(), copy.to_str().unwrap());
    for arguments in ["serve", "doctor", "backup"].map(|command| [command, "--config", config]) {
        let mut arguments = arguments.to_vec();
        if arguments[0] == "backup" {
            arguments.push(to);
        }
        let (status, told, errors) = stack.guichet(&arguments).await;
        let errors = told + &errors;
        assert_eq!(status, 1, "{errors}");
        let word = match arguments[0] {
            "backup" => "malformed",
            _ => "damaged",
        };
        assert!(errors.contains(word), "{arguments:?}: {errors}");
    }
    assert!(!copy.exists());
}

#[tokio::test]
async fn the_operators_list_is_read_from_books_that_are_there_and_makes_none() {
    let stack = Stack::usual().await;
    let config = std::fs::read_to_string(stack.config()).unwrap();
    let other = config.replacen("books.db", "none.db", 1);
    assert_ne!(config, other);
    let path = stack.folder().join("other.toml");
    std::fs::write(&path, other).unwrap();
    for command in [["payments", "--attention"].as_slice(), &["notifications"]] {
        let arguments = [command, &["--config", path.to_str().unwrap()]].concat();
        let (status, list, errors) = stack.guichet(&arguments).await;
        assert_eq!((status, list.as_str()), (1, ""), "{errors}");
        assert!(
            errors.contains("no such file") && errors.contains("database_url"),
            "{errors}"
        );
    }
    assert!(!stack.folder().join("none.db").exists());
}

#[tokio::test]
async fn what_the_operators_list_does_not_print_is_counted_and_its_exit_status_tells_of_it() {
    let stack = Stack::usual().await;
    let list = ["payments", "--attention"];
    let (status, nothing, _) = stack.guichet(&list).await;
    assert_eq!(
        (status, nothing.as_str()),
        (0, "Nothing needs attention.\n")
    );
    let unmatched = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 502)
        INSERT INTO events (account, reference, identity, content, source, received_at)
        SELECT 'demo', 'REF' || n, n, '{}', 'notification', n FROM n";
    stack.alter(unmatched).await;
    let (status, list, errors) = stack.guichet(&list).await;
    assert_eq!(status, 3, "{errors}");
    assert_eq!(list.matches("  unmatched  ").count(), 500);
    assert!(list.ends_with("and 2 more unmatched messages\n"), "{list}");
}

#[tokio::test]
async fn a_list_whose_reader_went_away_is_no_failure() {
    let stack = Stack::usual().await;
    let mut program = stack.command(&["notifications"]);
    let mut child = program.stdout(Stdio::piped()).spawn().unwrap();
    // Closed before a word was read, like `| head -0`.
    drop(child.stdout.take());
    let ended = child.wait_with_output().await.unwrap();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
}

#[tokio::test]
async fn an_account_that_is_gone_with_open_payments_is_told_once_and_asked_about_when_it_is_back() {
    let mut stack = Stack::usual().await;
    stack.faults(json!({ "ppps_down": true })).await;
    let checkout = stack.session(4200).await;
    let (started, _) = stack.pay_by_card(&checkout, CARD_AT_ONCE).await;
    until("a claim is open", || async {
        let pending = stack.status(&checkout).await["status"] == "pending";
        pending.then_some(())
    })
    .await;
    stack.stop_backend().await;
    let config = std::fs::read_to_string(stack.config()).unwrap();
    let gone = config
        .replace("id = \"demo\"\nprovider", "id = \"gone\"\nprovider")
        .replace("account = \"demo\"", "account = \"gone\"");
    assert_ne!(config, gone);
    std::fs::write(stack.config(), gone).unwrap();
    stack.start_backend().await;
    stack.ask_again(&started).await;
    until("the question was put off", || async {
        let questions = stack.questions(&started).await;
        let put_off = questions
            .iter()
            .all(|(_, state)| state == "unanswered: no account");
        (put_off && stack.longest_wait().await > 0).then_some(())
    })
    .await;
    let log = stack.backend_log();
    let since = log.rfind("alert=\"account_gone\"").unwrap();
    assert!(log.contains("payments=1"));
    assert!(!log[since..].contains("ERROR"), "{}", &log[since..]);
    stack.stop_backend().await;
    std::fs::write(stack.config(), config).unwrap();
    stack.no_faults().await;
    stack.start_backend().await;
    stack.ask_again(&started).await;
    stack.wait_status(&checkout, "paid").await;
    let told = stack
        .backend_log()
        .matches("alert=\"account_gone\"")
        .count();
    assert_eq!(told, 1);
}

#[tokio::test]
async fn a_backup_is_restored_over_damaged_books_and_the_audit_proves_it() {
    let mut stack = Stack::usual().await;
    let (checkout, _) = stack.paid_session(4200).await;
    let copy = stack.folder().join("copy.db");
    let copy = copy.to_str().unwrap();
    let (status, _, errors) = stack.guichet(&["backup", copy]).await;
    assert_eq!(status, 0, "{errors}");
    // Not while a backend serves the books.
    let (status, _, errors) = stack.guichet(&["restore", copy]).await;
    assert_eq!(status, 1);
    assert!(errors.contains("serves these books already"), "{errors}");
    stack.session(4200).await;
    stack.kill_backend().await;
    let books = stack.folder().join("books.db");
    std::fs::write(&books, vec![0xa5; 8192]).unwrap();
    // What was written last stands beside it.
    std::fs::write(stack.folder().join("books.db-wal"), vec![0xa5; 8192]).unwrap();
    assert_ne!(stack.guichet(&["audit"]).await.0, 0);

    // What is no backup changes nothing.
    let torn = stack.folder().join("torn.db");
    std::fs::write(&torn, &std::fs::read(copy).unwrap()[..8192]).unwrap();
    let (status, _, errors) = stack.guichet(&["restore", torn.to_str().unwrap()]).await;
    assert_eq!(status, 1, "{errors}");
    assert_eq!(std::fs::read(&books).unwrap(), vec![0xa5; 8192]);

    let (status, told, errors) = stack.guichet(&["restore", copy]).await;
    assert_eq!(status, 0, "{errors}");
    assert!(
        told.contains("1 payments, 1 entries of the ledger, whole"),
        "{told}"
    );
    let aside = stack.folder().join("books.db.replaced-1");
    assert_eq!(std::fs::read(aside).unwrap(), vec![0xa5; 8192]);
    let (status, told, errors) = stack.guichet(&["audit"]).await;
    assert_eq!(status, 0, "{errors}");
    assert!(told.contains("1 entries of 1 payments"), "{told}");
    stack.start_backend().await;
    assert_eq!(stack.truth(&checkout).await["status"], "paid");
}

#[tokio::test]
async fn a_shopper_is_erased_by_command_beside_the_backend_and_the_order_stays_paid() {
    let stack = Stack::usual().await;
    let (paid, _) = stack.paid_session(4200).await;
    let open = stack.session(1500).await;
    let whose = ["erase", "--shopper", "camille.durand@example.com"];
    let (status, told, errors) = stack.guichet(&whose).await;
    assert_eq!((status, errors.as_str()), (3, ""), "{told}");
    assert!(told.contains("Erased of 1 sessions"), "{told}");
    assert!(
        told.contains(&format!("may still move: {}", open.id)),
        "{told}"
    );
    let truth = stack.truth(&paid).await;
    assert_eq!(truth["status"], "paid");
    let (status, _, errors) = stack.guichet(&["erase", "--shopper", " "]).await;
    assert_eq!(status, 1);
    assert!(errors.contains("--shopper: write"), "{errors}");
    let (status, told, errors) = stack.guichet(&["audit"]).await;
    assert_eq!(status, 0, "{errors}");
    assert!(told.contains("1 entries of 1 payments"), "{told}");
}

/// Nobody asks for it: the backend looks for what is old when it starts, and hour by hour.
#[tokio::test]
async fn what_is_known_of_shoppers_is_erased_by_itself_once_it_is_as_old_as_the_shop_keeps_it() {
    let mut stack = Stack::usual().await;
    let (old, _) = stack.paid_session(4200).await;
    let (young, _) = stack.paid_session(1500).await;
    let open = stack.session(900).await;
    stack.stop_backend().await;
    // 13 months are kept.
    stack.make_session_older(&old.id, 400).await;
    stack.make_session_older(&young.id, 380).await;
    stack.start_backend().await;
    let mail = "camille.durand@example.com";
    until("the old session's shopper to be gone", || async {
        let kept = stack.kept_of_session(&old.id).await;
        (!kept.contains(mail)).then_some(())
    })
    .await;
    for id in [&young.id, &open.id] {
        let kept = stack.kept_of_session(id).await;
        assert!(kept.contains(mail), "{kept}");
    }
    let log = stack.backend_log();
    assert!(
        log.contains("what was known of shoppers was erased"),
        "{log}"
    );
    // The order is paid as ever, and the ledger has what moved.
    assert_eq!(stack.truth(&old).await["status"], "paid");
    let (status, told, errors) = stack.guichet(&["audit"]).await;
    assert_eq!(status, 0, "{errors}");
    assert!(told.contains("2 entries of 2 payments"), "{told}");
}

#[tokio::test]
async fn the_metrics_tell_of_payments_of_what_waits_and_of_how_platforms_answer() {
    let stack = Stack::usual().await;
    stack.paid_session(4200).await;
    let paid = r#"guichet_payments_last_day{shop="demo",method="card",outcome="paid"}"#;
    assert_eq!(stack.metric(paid).await, 1);
    assert_eq!(stack.metric("guichet_books_readable").await, 1);
    assert_eq!(stack.metric("guichet_question_oldest_seconds").await, 0);
    let calls = |outcome| {
        format!(r#"guichet_platform_calls_total{{host="127.0.0.1",outcome="{outcome}"}}"#)
    };
    // The page's health, and the question.
    assert!(stack.metric(&calls("answered")).await >= 2);
    let timed = r#"guichet_platform_call_seconds_count{host="127.0.0.1"}"#;
    assert!(stack.metric(timed).await >= 2);

    stack.faults(json!({ "ppps_down": true })).await;
    let checkout = stack.session(1500).await;
    let (started, _) = stack.pay_by_card(&checkout, CARD_AT_ONCE).await;
    stack.wait_asked(&started, 1).await;
    until("a question that grows old", || async {
        let oldest = stack.metric("guichet_question_oldest_seconds").await;
        (oldest >= 1).then_some(())
    })
    .await;
    assert!(stack.metric(&calls("error")).await >= 1);
    // Due and taken at once, each time.
    let due = r#"guichet_due{queue="questions"}"#;
    assert!(stack.metric(due).await <= 1);
}
