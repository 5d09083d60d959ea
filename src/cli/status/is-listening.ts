import type { PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { z } from 'zod';
import { heartbeatDetails } from '../../temporal/heartbeat-details.js';

// A CommonJS package that Node sees no names of.
const { PENDING_ACTIVITY_STATE_STARTED } = proto.temporal.api.enums.v1.PendingActivityState;

/** An activity as descriptions of running workflows have it. */
type Pending = Pick<
  proto.temporal.api.workflow.v1.IPendingActivityInfo,
  'activityType' | 'state' | 'heartbeatDetails' | 'lastHeartbeatTime' | 'lastStartedTime'
>;

const listeningSchema = z.object({ listening: z.array(z.string()).min(1) });

/** Whether it is somebody who listens for new mail now, in this very attempt. Without the key of its details: no. */
export async function isListening(pending: Pending, codecs: readonly PayloadCodec[]): Promise<boolean> {
  const { activityType, state, lastHeartbeatTime, lastStartedTime } = pending;
  if (activityType?.name !== 'watchMailbox' || state !== PENDING_ACTIVITY_STATE_STARTED) return false;
  // Until it tells its own, an attempt has the details of the one before.
  if (secondsOf(lastHeartbeatTime) <= secondsOf(lastStartedTime)) return false;
  return listeningSchema.safeParse(await heartbeatDetails(pending, codecs)).success;
}

function secondsOf(time: proto.google.protobuf.ITimestamp | null | undefined): number {
  return Number(time?.seconds ?? 0);
}
