// Lighthouse over our pages, in one browser that signs in as a person does. Prints a line of JSON a run.

import lighthouse from "lighthouse";
import { launch } from "puppeteer-core";

const { url, name, password, location, person, times, browser } = JSON.parse(process.argv[2]);

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const METRICS = [
  "first-contentful-paint",
  "largest-contentful-paint",
  "speed-index",
  "total-blocking-time",
  "cumulative-layout-shift",
];
const GREEN = 0.9; // Lighthouse's own limit for one audit

// Lighthouse empties the cache before each run and keeps cookies: a first visit of whoever is signed in.
async function run(page, address) {
  const lhr = await measured(address);
  if (lhr.runtimeError) throw new Error(`${page}: ${lhr.runtimeError.message}`);
  // Signed out, or refused: what was measured would be another page.
  if (lhr.finalDisplayedUrl !== address) throw new Error(`${page} led to ${lhr.finalDisplayedUrl}`);
  console.log(JSON.stringify({ page, chromium: await chromium.version(), ...summary(lhr) }));
}

// On a busy machine Lighthouse now and then misses the start of its own recording, and asks to be run again.
async function measured(address, again = 2) {
  const tab = await chromium.newPage();
  const { lhr } = await lighthouse(address, { onlyCategories: CATEGORIES }, undefined, tab);
  await tab.close();
  if (!again || !lhr.runtimeError) return lhr;
  console.error(`Once more: ${lhr.runtimeError.message}`);
  return measured(address, again - 1);
}

const summary = ({ audits, categories, runWarnings, lighthouseVersion }) => ({
  scores: CATEGORIES.map((id) => categories[id].score * 100),
  metrics: METRICS.map((id) => audits[id].numericValue),
  findings: CATEGORIES.flatMap((id) => categories[id].auditRefs.flatMap((asked) => finding(audits, asked))),
  warnings: runWarnings,
  version: lighthouseVersion,
});

function finding(audits, { id, weight }) {
  const { score, title } = audits[id];
  return score === null || score >= GREEN ? [] : [{ title, weight }];
}

async function audit(page, address) {
  for (let time = 0; time < times; time++) await run(page, address);
}

async function signIn(tab) {
  await tab.type("[name=login]", name);
  await tab.type("[name=password]", password);
  await Promise.all([tab.waitForNavigation(), tab.click("button.main")]);
}

// The address behind a link, by the words that people read.
const link = (tab, words) => tab.$eval(`a::-p-text(${words})`, (found) => found.closest("a").href);

async function auditAll(tab) {
  await tab.goto(`${url}/riverside/sign-in/`);
  await audit("sign-in", tab.url());
  await signIn(tab);
  await audit("locations", tab.url());
  const place = await link(tab, location);
  await audit("location", place);
  await tab.goto(`${place}?q=${encodeURIComponent(person)}`);
  await audit("profile", await link(tab, person));
}

const chromium = await launch(browser);
try {
  await auditAll(await chromium.newPage());
} finally {
  await chromium.close();
}
