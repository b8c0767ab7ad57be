// What react-devtools-core becomes in the bundle: Ink asks for it only in development.
module.exports = {};
