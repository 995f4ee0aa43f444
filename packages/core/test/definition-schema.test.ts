import { definitionJsonSchema } from "@snowmelt/core/definition";
import { expect, it } from "vitest";

it("publishes the JSON Schema of the definition as it is now (npm run schema -w @snowmelt/core writes it)", async () => {
  const text = `${JSON.stringify(definitionJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../definition.schema.json");
});
