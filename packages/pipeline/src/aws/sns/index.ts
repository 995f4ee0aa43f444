export { openTopics, type TopicsOptions } from "./open-topics.ts";
