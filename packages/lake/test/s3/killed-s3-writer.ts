import { openS3Store, type S3StoreOptions } from "@snowmelt/lake/s3";

const [options = "{}", name = ""] = process.argv.slice(2);
const store = openS3Store(JSON.parse(options) as S3StoreOptions);
const block = new Uint8Array(256 * 1024).fill(name.charCodeAt(0));

async function* body(): AsyncGenerator<Uint8Array> {
  for (let part = 0; part < 24; part++) yield block;
}

for (let round = 0; ; round++) {
  await store.put("replaced", body());
  await store.putIfAbsent(`once/${name}-${round}`, body());
}
