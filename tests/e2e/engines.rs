//! What is played in Firefox and in WebKitGTK too: each promise of the checkout that an engine of
//! its own could break, once. The tests themselves stand with all others, and are Chromium's.

/// Tests of other files, played in each engine, as tests of a module of its name.
macro_rules! played_too {
    (in each: $each:tt in firefox: $firefox:tt) => {
        mod firefox {
            played_too!(@in Firefox $each);
            played_too!(@in Firefox $firefox);
        }
        mod webkit {
            played_too!(@in WebKit $each);
        }
    };
    (@in $engine:ident { $($file:ident: $($test:ident),+;)+ }) => {
        $($(
            #[test]
            fn $test() {
                crate::engine::Engine::$engine.plays(crate::$file::$test);
            }
        )+)+
    };
}

played_too! { in each: {
    hands:
        from_the_product_to_the_paid_order_by_clicks_alone,
        a_keyboard_is_enough_to_pay,
        a_choice_by_an_arrow_key_bears_the_focus_ring,
        enter_on_a_method_pays_and_a_missing_choice_is_told;
    methods:
        a_meal_voucher_short_by_three_euros_is_completed_by_card;
    card_fields:
        a_card_that_the_bank_asks_about_pays_after_the_banks_page,
        paying_with_empty_fields_leads_into_the_first_and_only_its_mistake_is_read_out,
        the_field_that_is_typed_in_bears_the_focus_ring_and_the_ones_left_are_checked;
    saved_cards:
        a_card_that_was_saved_pays_the_next_order_by_one_click;
    questions:
        an_account_pays_after_its_question_and_the_platforms_page,
        a_keyboard_is_enough_to_answer;
    plain:
        a_voucher_and_the_card_for_the_rest_pay_with_all_scripts_off,
        where_webassembly_is_forbidden_the_plain_tag_pays_as_a_form,
        where_webassembly_is_forbidden_a_press_on_the_printed_list_goes_to_the_platform;
    outages:
        a_backend_out_of_reach_is_told_and_a_retry_keeps_the_choice,
        a_line_that_is_cut_is_told_and_the_widget_goes_on_once_it_is_whole;
    pages:
        a_page_that_is_written_from_right_to_left_does_not_turn_the_widget_round,
        a_choice_outlives_a_reload_in_its_own_tab_and_for_its_own_session,
        a_choice_outlives_the_way_to_the_platform_and_back_by_the_button;
    returns:
        the_back_button_warns_before_a_second_payment,
        the_back_button_after_paying_shows_a_paid_order;
} in firefox: {
    // No script of a test's own runs before WebKit's pages.
    painted:
        the_live_region_is_there_before_it_says_anything;
} }
