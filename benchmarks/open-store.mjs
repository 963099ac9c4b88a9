// A command that opens its store and does nothing else: flags are read and the configuration loaded, as by every command.
import '../dist/bundle/main.js';
import PricingGet from '../dist/bundle/commands/pricing/get.js';

class OpenStore extends PricingGet {
  async run() {
    const { flags } = await this.parse(PricingGet);
    await this.withContext(flags, async (context) => void (await context.store()));
  }
}

await OpenStore.run(process.argv.slice(2), import.meta.url);
