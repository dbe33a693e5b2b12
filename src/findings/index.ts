/** All findings, causes before symptoms. Findings of equal severity and cost are listed in this order. */
import type { FindingRule } from '../core/finding.ts';
import arrivalBursts from './arrival-bursts.ts';
import asgiWouldNotQueue from './asgi-would-not-queue.ts';
import askedAgain from './asked-again.ts';
import asyncViewUnderWsgi from './async-view-under-wsgi.ts';
import cacheStampede from './cache-stampede.ts';
import callersQueue from './callers-queue.ts';
import callersWaitForBoot from './callers-wait-for-boot.ts';
import capacityLost from './capacity-lost.ts';
import clientsGiveUp from './clients-give-up.ts';
import clockOrLinesLost from './clock-or-lines-lost.ts';
import coldStart from './cold-start.ts';
import commonTimeout from './common-timeout.ts';
import errorBurst from './error-burst.ts';
import eventLoopBlocked from './event-loop-blocked.ts';
import fullStretchNotFollowed from './full-stretch-not-followed.ts';
import gatewayGivesUp from './gateway-gives-up.ts';
import gatheredSubtasks from './gathered-subtasks.ts';
import headOfLine from './head-of-line.ts';
import healthChecksSkew from './health-checks-skew.ts';
import heldAfterAnswer from './held-after-answer.ts';
import latencyDrift from './latency-drift.ts';
import latencyStep from './latency-step.ts';
import limitRefuses from './limit-refuses.ts';
import listenQueueFull from './listen-queue-full.ts';
import logLacksFields from './log-lacks-fields.ts';
import measuredWaitDisagrees from './measured-wait-disagrees.ts';
import mixedServers from './mixed-servers.ts';
import noAnswers from './no-answers.ts';
import notEnoughData from './not-enough-data.ts';
import oneNoisyClient from './one-noisy-client.ts';
import outageBehind from './outage-behind.ts';
import overprovisioned from './overprovisioned.ts';
import poolGrewLate from './pool-grew-late.ts';
import poolReplaced from './pool-replaced.ts';
import poolSaturated from './pool-saturated.ts';
import poolStalls from './pool-stalls.ts';
import poolTooSmall from './pool-too-small.ts';
import processStalls from './process-stalls.ts';
import queueBehindProxy from './queue-behind-proxy.ts';
import recycleStorm from './recycle-storm.ts';
import retryStorm from './retry-storm.ts';
import serverErrors from './server-errors.ts';
import serverUnreachable from './server-unreachable.ts';
import slotHeld from './slot-held.ts';
import slowClients from './slow-clients.ts';
import slowStretchNotFollowed from './slow-stretch-not-followed.ts';
import threadsCpuBound from './threads-cpu-bound.ts';
import threadsWaitInTurn from './threads-wait-in-turn.ts';
import threadsWouldHelp from './threads-would-help.ts';
import threadsWouldNotHelp from './threads-would-not-help.ts';
import unbalancedWorkers from './unbalanced-workers.ts';
import waitsInApplication from './waits-in-application.ts';
import workerTimeouts from './worker-timeouts.ts';

export const findingRules: readonly FindingRule[] = [
  mixedServers,
  workerTimeouts,
  capacityLost,
  outageBehind,
  slotHeld,
  callersWaitForBoot,
  noAnswers,
  poolStalls,
  processStalls,
  poolGrewLate,
  poolReplaced,
  poolSaturated,
  fullStretchNotFollowed,
  slowStretchNotFollowed,
  listenQueueFull,
  callersQueue,
  oneNoisyClient,
  cacheStampede,
  headOfLine,
  eventLoopBlocked,
  threadsWaitInTurn,
  threadsCpuBound,
  waitsInApplication,
  queueBehindProxy,
  threadsWouldNotHelp,
  gatewayGivesUp,
  commonTimeout,
  latencyStep,
  latencyDrift,
  limitRefuses,
  serverUnreachable,
  errorBurst,
  serverErrors,
  retryStorm,
  askedAgain,
  clientsGiveUp,
  slowClients,
  heldAfterAnswer,
  arrivalBursts,
  unbalancedWorkers,
  poolTooSmall,
  recycleStorm,
  coldStart,
  measuredWaitDisagrees,
  asyncViewUnderWsgi,
  gatheredSubtasks,
  asgiWouldNotQueue,
  threadsWouldHelp,
  overprovisioned,
  healthChecksSkew,
  clockOrLinesLost,
  logLacksFields,
  notEnoughData,
];
