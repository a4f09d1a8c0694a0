// A way to the hub that can be cut, and closed for a while.
import { connect, createServer } from 'node:net';

/** Listens on a free port and passes everything on to `target`. */
export async function proxying(target) {
  const { hostname, port } = new URL(target);
  const open = new Set();
  const proxy = { url: '', refuse: 0, cut: () => open.forEach((socket) => socket.destroy()) };
  const server = createServer((near) => {
    if (proxy.refuse > 0) {
      proxy.refuse -= 1;
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.url = `http://127.0.0.1:${server.address().port}`;
  proxy.close = () => {
    proxy.cut();
    server.close();
  };
  return proxy;
}
