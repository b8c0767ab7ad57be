/** What went over the connections that one decision let be made. Plain data: it crosses threads, goes to the report and to the screen. */
export type Traffic = {
	readonly connections: number;
	/** Bytes, of what the script gave and got; the network's own are not counted. */
	readonly sent: number;
	readonly received: number;
	/** Request line and headers of plain HTTP, as sent, as far as they are kept. The script's, unsafe for a terminal. */
	readonly requests: readonly string[];
	/** Variables whose secrets were put in for their stand-ins. */
	readonly secrets: readonly string[];
	/** Names that TLS was asked for (SNI). The script's, unsafe for a terminal. */
	readonly tls: readonly string[];
	/** Where others can connect, with the true port. */
	readonly heard?: readonly string[];
	/** Who connected, where others do; by address, those first that came first. */
	readonly clients?: readonly Client[];
};

/** An address from which others connected, and bytes as the script gave and got them. */
export type Client = {
	readonly address: string;
	readonly connections: number;
	readonly sent: number;
	readonly received: number;
};
