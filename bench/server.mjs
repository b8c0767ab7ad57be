/** A server of HTTP on the loopback: each answer has as many bytes as the thread was started with. It tells its port. */
import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const piece = Buffer.alloc(2 ** 20, 'approve-run ');

const server = createServer((socket) => {
	socket.on('error', () => {});
	socket.once('data', () => {
		socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${workerData}\r\nConnection: close\r\n\r\n`);
		let left = workerData;
		const more = () => {
			while (left > 0) {
				left -= piece.length;
				if (!socket.write(piece)) return;
			}
			socket.end();
		};
		socket.on('drain', more);
		more();
	});
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
