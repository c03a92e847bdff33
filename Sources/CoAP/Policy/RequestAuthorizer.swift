// SPDX-License-Identifier: Apache-2.0

/// A middleware that knows without waiting who may do what. It is asked before blocks of a body are taken or served, before a
/// notification is sent, and for each link of `.well-known/core`.
package protocol RequestAuthorizer: Middleware {
    /// Why a request is refused; nil when it may be carried out. The body is not looked at.
    func refusal(of request: Request, by peer: Peer) -> ResponseError?

    /// Lets a request pass, or refuses it and makes that known to whoever watches the server.
    func check(_ request: Request, _ context: RequestContext) throws(ResponseError)

    /// True when a peer may use a method on a path.
    func permits(_ method: Method, _ path: [String], to peer: Peer) -> Bool
}
