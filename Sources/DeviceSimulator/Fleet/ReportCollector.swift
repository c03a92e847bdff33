// SPDX-License-Identifier: Apache-2.0

public import CoAP
import SenML

/// A resource that devices report to by POST, in SenML: it counts each device's reports, each once, and keeps its newest values.
///
/// A report is known by its number, where it has one: a record named `report`, or `n=17` in the query; else by its bytes. What it
/// keeps is bounded in every direction, whoever reports.
public final class ReportCollector: Sendable {
    private struct State {
        var received = ReceivedReports()
        var devices: [String: ReportingDevice] = [:]
        var heard: UInt64 = 0
    }

    private let state = Locked(State())
    private let maximumDevices: Int

    /// A collector that has got nothing yet.
    ///
    /// - Parameter maximumDevices: how many devices are kept, from 1; the one not heard for longest makes room.
    public init(maximumDevices: Int = 20_000) { self.maximumDevices = max(1, maximumDevices) }

    /// What came so far, of all devices.
    public var received: ReceivedReports { state.withLock(\.received) }

    /// Answers POST, and GET with what came, on a path.
    ///
    /// - Parameters:
    ///   - router: gets the routes.
    ///   - path: where, without a slash in front.
    public func register(on router: Router, path: String = "reports") {
        var attributes = LinkAttributes()
        attributes.title = "Reports of devices"
        attributes.resourceTypes = ["reports"]
        attributes.contentFormats = [.text, .json]
        router.post(path) { request, context in try self.take(request, from: context.peer) }
        router.get(path, attributes: attributes) { request, _ in try self.answer(request) }
    }

    /// Counts a report.
    ///
    /// - Throws: `ResponseError`: 4.15 for other formats than SenML's, 4.00 for what is none.
    func take(_ request: Request, from peer: Peer) throws -> Response {
        let format = request.options.contentFormat ?? .senMLJSON
        let pack = try SenMLPack(decoding: request.payload, as: format)
        let records = try pack.resolved(now: 0)
        let name = Self.name(of: peer, baseName: pack.records.first?.baseName)
        let number = Self.number(of: request, records)
        let key = number ?? Self.digest(request.payload)
        state.withLock { state in
            state.heard += 1
            var device = state.devices[name] ?? ReportingDevice()
            if state.devices[name] == nil, state.devices.count >= maximumDevices {
                if let oldest = state.devices.min(by: { $0.value.heard < $1.value.heard }) {
                    state.devices.removeValue(forKey: oldest.key)
                }
            }
            // Not two tables that share their memory while one of them is written.
            state.devices[name] = nil
            if device.take(key, of: peer, isFirst: number == 1) {
                state.received.count += 1
                device.keep(records)
            } else {
                state.received.duplicates += 1
            }
            device.heard = state.heard
            state.devices[name] = device
        }
        return Response(.changed)
    }

    /// Who reports: who it has proved to be, or what it says and where it comes from.
    private static func name(of peer: Peer, baseName: String?) -> String {
        switch peer.identity {
        case .preSharedKey(let identity): return PrintableText.escaped(identity)
        case .certificate(let certificate):
            return PrintableText.escaped((certificate.commonName ?? certificate.subject).utf8)
        case .anonymous:
            let said = PrintableText.escaped((baseName ?? "").prefix(64).utf8)
            return said.isEmpty ? peer.address.map { "\($0)" } ?? "anonymous" : said
        }
    }

    /// A report's number, from 0; nil where it has none.
    private static func number(of request: Request, _ records: [SenMLRecord]) -> UInt64? {
        for item in request.options.uriQuery where item.hasPrefix("n=") { return UInt64(item.dropFirst(2)) }
        for record in records {
            guard let name = record.name, name == "report" || name.hasSuffix("/report") || name.hasSuffix(":report"),
                case .number(let value)? = record.value
            else { continue }
            return UInt64(exactly: value)
        }
        return nil
    }

    private static func digest(_ payload: [UInt8]) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(payload)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    // MARK: What came

    /// How many devices a list has.
    private static let listed = 1_000

    private func answer(_ request: Request) throws -> Response {
        let (received, devices) = state.withLock { ($0.received, $0.devices) }
        let rows = devices.sorted { $0.key < $1.key }.prefix(Self.listed)
        switch request.options.accept ?? .text {
        case .json: return Response(payload: Array(Self.json(received, devices.count, rows).utf8), contentFormat: .json)
        case .text: return Response(text: Self.text(received, devices.count, rows))
        default: throw ResponseError(.notAcceptable, "reports are shown as text/plain and application/json")
        }
    }

    private static func text(
        _ received: ReceivedReports, _ count: Int, _ rows: some Collection<(key: String, value: ReportingDevice)>
    ) -> String {
        var text =
            "\(counted(received.count, "report")) of \(counted(count, "device")), \(received.duplicates) came again\n"
        for (name, device) in rows {
            let values = device.values.map { "\($0.name)=\($0.value)\($0.unit.isEmpty ? "" : " \($0.unit)")" }
            text +=
                "\(name): \(counted(device.count, "report"))" + (values.isEmpty ? "" : ", ")
                + values.joined(separator: ", ")
            text += "\n"
        }
        return text
    }

    private static func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

    private static func json(
        _ received: ReceivedReports, _ count: Int, _ rows: some Collection<(key: String, value: ReportingDevice)>
    ) -> String {
        func number(_ value: Int) -> JSONValue { .number(String(value)) }
        let list = rows.map { name, device in
            JSONValue.object([
                .init("device", .string(name)), .init("reports", number(device.count)),
                .init("duplicates", number(device.duplicates)),
                .init(
                    "values",
                    .array(
                        device.values.map { value in
                            .object([
                                .init("name", .string(value.name)), .init("value", .number(value.value)),
                                .init("unit", .string(value.unit)),
                            ])
                        })),
            ])
        }
        return JSONValue.object([
            .init("reports", number(received.count)), .init("duplicates", number(received.duplicates)),
            .init("devices", number(count)), .init("list", .array(list)),
        ]).compact
    }
}
