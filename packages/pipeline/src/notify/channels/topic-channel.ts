import { amazonQMessage, type SnsMessage, snsMessage } from "@snowmelt/core/alerts";
import type { AlertChannel, Delivery } from "../alert-channel.ts";

/** Publishes to topics of SNS, by name or ARN. Throws nothing but ABORTED. */
export interface Topics {
  publish(
    topic: string,
    message: Partial<Pick<SnsMessage, "subject" | "attributes">> & Pick<SnsMessage, "message">,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Delivery>;
}

/** Whoever is subscribed to a topic: mail, text messages, queues. */
export function openSnsChannel(
  { topic }: { readonly topic: string },
  { topics }: { readonly topics: Topics },
): AlertChannel {
  return { isGathered: true, deliver: (message, options) => topics.publish(topic, snsMessage(message), options) };
}

/** A chat room of Amazon Q Developer, by the topic that it reads. */
export function openAmazonQChannel(
  { topic }: { readonly topic: string },
  { topics }: { readonly topics: Topics },
): AlertChannel {
  return {
    isGathered: true,
    deliver: (message, options) => topics.publish(topic, { message: JSON.stringify(amazonQMessage(message)) }, options),
  };
}
