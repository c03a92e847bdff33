// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML
import Testing

@testable import DeviceSimulator

/// A server with the way to it, neither of which is there: sessions of devices end here, and what they do is written down.
final class FakeNetwork: DeviceConnector, FleetSurroundings {
    /// A report as it came.
    struct Arrival: Sendable {
        var device: String
        /// The number of the session among all that were opened.
        var session: Int
        var time: Double
        var isConfirmable: Bool
        var request: Request

        /// The records, with names and times in full.
        var records: [SenMLRecord] {
            get throws {
                let format = request.options.contentFormat ?? .senMLJSON
                return try SenMLPack(decoding: request.payload, as: format).resolved(now: 0)
            }
        }

        /// The report's number.
        var number: Int? {
            guard let records = try? records, case .number(let value)? = records.first?.value else { return nil }
            return Int(value)
        }

        /// The values behind the number.
        var values: [Double] {
            get throws {
                try records.dropFirst().map { record in
                    guard case .number(let value)? = record.value else { return .nan }
                    return value
                }
            }
        }
    }

    struct State: Sendable {
        var opened: [String] = []
        /// How sessions ended, by their numbers: with a farewell or without.
        var closed: [Int: Bool] = [:]
        /// What was answered by a success.
        var delivered: [Arrival] = []
        /// What was sent, each attempt.
        var sent: [Arrival] = []
        var performed: [(time: Double, action: ScenarioEvent.Action, devices: [String])] = []
    }

    /// What the server answers; an error where no answer comes.
    typealias Answer = @Sendable (Arrival) -> Result<Response, CoAPError>

    let clock = JumpingFleetClock()
    let state = Locked(State())
    let received: ReceivedReports? = nil
    private let answer: Answer
    /// Why no session can be opened at a time; nil where one can.
    private let refusal: @Sendable (Double) -> CoAPError?

    init(
        answer: @escaping Answer = { _ in .success(Response(.changed)) },
        refusal: @escaping @Sendable (Double) -> CoAPError? = { _ in nil }
    ) {
        self.answer = answer
        self.refusal = refusal
    }

    /// A network through which nothing passes for some time.
    convenience init(downFor times: Range<Double>) {
        let isDown = CoAPError(.timeout, "nothing passes")
        self.init(
            answer: { times.contains($0.time) ? .failure(isDown) : .success(Response(.changed)) },
            refusal: { times.contains($0) ? isDown : nil })
    }

    /// Runs a fleet here, on time that jumps.
    func run(
        _ scenario: Scenario, each: @escaping @Sendable (Int, Sample) -> Void = { _, _ in }
    ) async throws -> FleetReport {
        try await Fleet(scenario).run(in: self, by: self, clock: clock, each: each)
    }

    var delivered: [Arrival] { state.withLock { $0.delivered } }
    var sent: [Arrival] { state.withLock { $0.sent } }
    var opened: [String] { state.withLock { $0.opened } }
    var closed: [Int: Bool] { state.withLock { $0.closed } }

    // MARK: Surroundings

    func uri(for device: Device) throws(CoAPError) -> CoAPURI { try CoAPURI("coaps://[::1]") }

    func security(for device: Device) throws(CoAPError) -> ClientSecurity {
        try .preSharedKey(identity: device.name, key: Secret([UInt8](repeating: 7, count: 16)))
    }

    func perform(_ action: ScenarioEvent.Action, devices: [Device]) async throws(CoAPError) {
        state.withLock { $0.performed.append((clock.now, action, devices.map(\.name))) }
    }

    // MARK: Sessions

    func open(
        _ uri: CoAPURI, at address: SocketAddress?, security: ClientSecurity
    ) async throws(CoAPError) -> any DeviceSession {
        if let refusal = refusal(clock.now) { throw refusal }
        guard case .preSharedKey(let key) = security else { throw CoAPError(.invalidCredentials, "no key") }
        let device = String(decoding: key.identity, as: UTF8.self)
        let number = state.withLock { state in
            state.opened.append(device)
            return state.opened.count - 1
        }
        return Session(network: self, device: device, number: number)
    }

    private struct Session: DeviceSession {
        let network: FakeNetwork
        let device: String
        let number: Int

        var traffic: TrafficCounts {
            get async {
                var traffic = TrafficCounts()
                traffic.handshakes = 1
                traffic.datagramsSent = network.state.withLock { $0.sent.count { $0.session == number } }
                traffic.bytesSent = traffic.datagramsSent * 100
                return traffic
            }
        }

        var localPort: UInt16? { get async { UInt16(truncatingIfNeeded: number + 1) } }

        func request(
            _ request: Request, confirmable: Bool, timeout: Duration?
        ) async throws(CoAPError) -> Response {
            let arrival = Arrival(
                device: device, session: number, time: network.clock.now, isConfirmable: confirmable, request: request)
            let result = network.answer(arrival)
            network.state.withLock { state in
                state.sent.append(arrival)
                if case .success(let response) = result, response.code.isSuccess { state.delivered.append(arrival) }
            }
            return try result.get()
        }

        func close(farewell: Bool) async {
            network.state.withLock { $0.closed[number] = farewell }
        }
    }
}
