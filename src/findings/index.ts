/** The findings, causes before symptoms: findings of one severity and cost are listed in this order. */
import type { FindingRule } from '../core/finding.ts';
import asyncViewUnderWsgi from './async-view-under-wsgi.ts';
import notEnoughData from './not-enough-data.ts';
import overprovisioned from './overprovisioned.ts';
import poolSaturated from './pool-saturated.ts';

export const findingRules: readonly FindingRule[] = [poolSaturated, asyncViewUnderWsgi, overprovisioned, notEnoughData];
