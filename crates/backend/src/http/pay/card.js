// The one script of the page where a card is typed whose form leads straight to the platform. An
// input has no name until the form leaves, so that nothing else can send or keep what is typed.
addEventListener('DOMContentLoaded', () => {
  const [form] = document.forms;
  if (!form) return;
  const button = form.querySelector('button');
  const wrong = document.getElementById('wrong');
  const input = (what) => form.querySelector('[data-is=' + what + ']');
  const fits = {
    number: /^\d{12,19}$/,
    month: /^([1-9]|1[0-2])$/,
    year: /^20\d\d$/,
    code: /^\d{3,4}$/,
  };
  const typed = (what) => {
    const digits = input(what).value.replace(/\D/g, '');
    if (what === 'month') return digits.replace(/^0+/, '');
    return what === 'year' && digits.length === 2 ? '20' + digits : digits;
  };
  form.addEventListener('submit', (event) => {
    const bad = Object.keys(fits).find((what) => !fits[what].test(typed(what)));
    wrong.hidden = !bad;
    if (bad || button.disabled) {
      event.preventDefault();
      if (bad) input(bad).focus();
      return;
    }
    for (const what of Object.keys(fits)) {
      const own = input(what);
      own.value = typed(what);
      own.name = own.dataset.as;
    }
    setTimeout(() => {
      button.disabled = true;
    });
  });
  addEventListener('pagehide', () => {
    for (const what of Object.keys(fits)) {
      input(what).removeAttribute('name');
      input(what).value = '';
    }
  });
  addEventListener('pageshow', () => {
    button.disabled = false;
  });
});
