// SPDX-License-Identifier: Apache-2.0

import CoAP

/// The resources under attack.
struct TargetRouter {
    let router = Router()
    private let witness: Witness

    /// Resources whose handlers tell the witness when they run.
    ///
    /// - Parameter isGuarded: false lets everybody do everything.
    init(witness: Witness, keys: RevocableKeys, isGuarded: Bool) {
        self.witness = witness
        if isGuarded { router.add(accessRules()) }
        addHonest(keys)
        addOpen()
        for method: CoAP.Method in [.get, .put, .post, .delete] {
            for path in ["secret", "secret/{name}", "Secret"] {
                add(method, path) { _ in Response(.content, payload: Array("the secret".utf8), contentFormat: .text) }
            }
        }
    }

    /// What whoever watches the attack asks for.
    private func addHonest(_ keys: RevocableKeys) {
        let witness = witness
        router.get("honest") { _, _ in "honest" }
        router.get("witness") { _, context in
            guard context.peer.isOperator else { throw ResponseError(.forbidden) }
            return Response(.content, payload: try witness.report(), contentFormat: .json)
        }
        router.post("revoke") { request, context in
            guard context.peer.isOperator else { throw ResponseError(.forbidden) }
            keys.revoke(request.payload)
            return Response(.changed)
        }
    }

    /// What everybody may ask for.
    private func addOpen() {
        let witness = witness
        add(.post, "ledger") { request in
            witness.enter(request.payload)
            return Response(.changed)
        }
        let value = Locked<[UInt8]>([])
        add(.put, "value") { request in
            value.withLock { $0 = request.payload }
            return Response(.changed)
        }
        add(.get, "value") { _ in Response(.content, payload: value.withLock { $0 }, contentFormat: .text) }
        add(.get, "public/{name}") { _ in Response(text: "public") }
        add(.get, "large") { _ in Response(text: String(repeating: "x", count: 1_000)) }
        add(.put, "body") { _ in Response(.changed) }
        router.get("slow") { request, context in
            witness.note(request, context)
            try await Task.sleep(for: .milliseconds(300))
            return "slow"
        }
        let live = router.observable("live", sharing: .allPeers) { request, context in
            witness.note(request, context)
            return "alive"
        }
        router.post("live") { _, context in
            guard context.peer.isOperator else { throw ResponseError(.forbidden) }
            live.changed()
            return Response(.changed)
        }
    }

    private func add(_ method: CoAP.Method, _ path: String, _ answer: @escaping @Sendable (Request) -> Response) {
        let witness = witness
        router.on(method, path) { request, context in
            witness.note(request, context)
            return answer(request)
        }
    }
}
