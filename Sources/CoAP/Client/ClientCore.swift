// SPDX-License-Identifier: Apache-2.0

/// The loop that all client sessions of a process share, and the libcoap contexts on it.
final class ClientCore: @unchecked Sendable {
    // Sendable: the pools are confined to the loop.
    let loop: EventLoop
    private let plain: ContextPool
    private let secure: ContextPool
    /// Who sees the datagrams of the loop.
    let datagrams: DatagramWatch

    private static let instance = Locked<ClientCore?>(nil)

    private init() throws(CoAPError) {
        loop = try EventLoop(name: "coap-client")
        plain = ContextPool(loop: loop, isSecure: false)
        secure = ContextPool(loop: loop, isSecure: true)
        datagrams = DatagramWatch(loop: loop)
    }

    /// The one core, started with the first session.
    static func shared() throws(CoAPError) -> ClientCore {
        let result: Result<ClientCore, CoAPError> = instance.withLock { existing in
            if let existing { return .success(existing) }
            do throws(CoAPError) {
                let made = try ClientCore()
                existing = made
                return .success(made)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The contexts for sessions of one kind.
    func contexts(isSecure: Bool) -> ContextPool { isSecure ? secure : plain }
}
