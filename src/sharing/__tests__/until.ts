/** Wait until it is so; what is asked of the server, and drawn then, takes its time. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > deadline) {
      throw new Error(`It does not come: ${document.body.textContent}`);
    }
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
