'use strict';

function render(props) { return `<p>${props.name} require("fs")</p>`; }

exports.render = render;
