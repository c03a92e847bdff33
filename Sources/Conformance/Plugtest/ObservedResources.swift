// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// `/obs`, `/obs-non`, `/obs-large`, `/obs-pumping`, `/obs-pumping-non` and `/obs-reset`: they change every five seconds.
final class ObservedResources: Sendable {
    private struct State {
        var tick = 0
        var clock = ObservedResources.clock()
        var resources: [ObservableResource] = []
        /// What was put on `/obs` and `/obs-non` since the last change.
        var put: [String: [UInt8]] = [:]
        var formats: [String: ContentFormat] = [:]
    }

    private static let period = Duration.seconds(5)

    private let state = Locked(State())

    func register(on router: Router) {
        let obs = registerClock("obs", .confirmable, on: router)
        let others = [
            registerClock("obs-non", .nonConfirmable, on: router),
            router.observable("obs-large", attributes: Self.attributes, notifications: .confirmable) {
                [state] _, _ in
                Response(text: Self.large(state.withLock(\.clock)))
            },
            registerPumping("obs-pumping", .confirmable, on: router),
            registerPumping("obs-pumping-non", .nonConfirmable, on: router),
        ]
        state.withLock { $0.resources = [obs] + others }
        router.post("obs-reset") { request, _ in
            guard request.payload == Array("sesame".utf8) else { throw ResponseError(.forbidden) }
            let isGone = request.options.uriQuery.contains("notfound")
            obs.end(with: Response(isGone ? .notFound : .serviceUnavailable))
            return Response(.changed)
        }
    }

    /// Changes all of them until the task is cancelled.
    func run() async {
        while (try? await Task.sleep(for: Self.period)) != nil {
            let resources = state.withLock { state in
                state.tick += 1
                state.clock = Self.clock()
                state.put = [:]
                return state.resources
            }
            for resource in resources { resource.changed() }
        }
    }

    private static let attributes = LinkAttributes(resourceType: "observe", contentFormats: [.text])

    private func registerClock(
        _ path: String, _ notifications: NotificationPolicy, on router: Router
    ) -> ObservableResource {
        let resource = router.observable(path, attributes: Self.attributes, notifications: notifications) {
            [state] _, _ in
            state.withLock { state in
                let format = state.formats[path] ?? .text
                let time = format.isJSON ? "\"\(state.clock)\"" : state.clock
                var response = Response(payload: state.put[path] ?? Array(time.utf8), contentFormat: format)
                response.options.maxAge = 5
                return response
            }
        }
        router.put(path) { [state] request, _ in
            guard let format = request.options.contentFormat else {
                throw ResponseError(.badRequest, "Content-Format not set")
            }
            let isSame = state.withLock { state in
                let old = state.formats.updateValue(format, forKey: path) ?? .text
                state.put[path] = request.payload
                return old == format
            }
            // Who observes asked for the old format (RFC 7641 §4.2).
            if isSame { resource.changed() } else { resource.end(with: Response(.notAcceptable)) }
            return Response(.changed)
        }
        router.delete(path) { [state] _, _ in
            state.withLock { state in
                state.put[path] = nil
                state.formats[path] = nil
            }
            resource.end(with: Response(.notFound))
            return Response(.deleted)
        }
        return resource
    }

    private func registerPumping(
        _ path: String, _ notifications: NotificationPolicy, on router: Router
    ) -> ObservableResource {
        router.observable(path, attributes: Self.attributes, notifications: notifications) { [state] _, _ in
            let (tick, clock) = state.withLock { ($0.tick, $0.clock) }
            switch tick % 3 {
            case 0: return Response(text: clock)
            case 1: return Response(text: Self.large(clock))
            default: return Response(text: clock + String(repeating: "*", count: 40))
            }
        }
    }

    /// More than two blocks of 64 bytes.
    private static func large(_ clock: String) -> String {
        let line = String(repeating: "-", count: 64)
        return line + clock + String(repeating: " ", count: 32 - clock.count) + line
    }

    /// The time of day, UTC, `HH:mm:ss`.
    private static func clock() -> String {
        let second = Int(time(nil)) % 86_400
        return [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
            .joined(separator: ":")
    }
}
