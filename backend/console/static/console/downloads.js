// How far the files are, asked for every two seconds while one is being made; the page is loaded anew when one is ready.
'use strict';

const rows = [...document.querySelectorAll('[data-job]')];

async function look(row) {
  const answer = await fetch(`/api/v1/jobs/${row.dataset.job}`, { headers: { Accept: 'application/json' } });
  if (!answer.ok) return false;
  const job = await answer.json();
  row.querySelector('progress').value = job.percent;
  const percent = row.querySelector('[data-percent]');
  if (percent) percent.textContent = `${job.percent} %`;
  const begun = job.state === 'running' && !percent;
  return begun || (job.state !== 'queued' && job.state !== 'running');
}

async function again() {
  let over = false;
  try {
    over = (await Promise.all(rows.map(look))).some(Boolean);
  } catch { /* no network now: asked again */ }
  if (over && !document.activeElement?.closest('form')) location.reload();
  else setTimeout(again, 2000);
}

if (rows.length) setTimeout(again, 2000);
