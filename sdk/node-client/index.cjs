module.exports = require('@echodepth/sdk');
